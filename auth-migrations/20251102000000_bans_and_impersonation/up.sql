-- crosstrack: lock_timeout 2s
--
-- Support may suspend an account and look at the platform through a person's eyes. Both tables are read on every
-- request, so the locks are given up quickly and not queued for. The new columns need no rewrite.

ALTER TABLE users
    ADD COLUMN banned         boolean NOT NULL DEFAULT false,
    ADD COLUMN ban_reason     text,
    ADD COLUMN ban_expires_at timestamptz,
    ADD CONSTRAINT users_ban_check CHECK (banned OR (ban_reason IS NULL AND ban_expires_at IS NULL));

-- Serves: the job that lifts the bans whose time is over.
CREATE INDEX idx_users_ban_expires_at ON users (ban_expires_at) WHERE ban_expires_at IS NOT NULL;

-- The session ends with the account of the administrator who opened it: emptying the column would turn it into a
-- session of the person themselves.
ALTER TABLE sessions
    ADD COLUMN impersonated_by_id uuid REFERENCES users (id) ON DELETE CASCADE,
    ADD CONSTRAINT sessions_impersonated_by_id_check CHECK (impersonated_by_id <> user_id);

-- Serves: the open impersonations of one administrator; covers the foreign key.
CREATE INDEX idx_sessions_impersonated_by_id ON sessions (impersonated_by_id) WHERE impersonated_by_id IS NOT NULL;
