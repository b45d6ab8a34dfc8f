-- Old passwords may not be chosen again, and devices may be sent messages.

CREATE TYPE password_change_reason AS ENUM ('sign_up', 'change', 'reset', 'administrator_reset');

CREATE TYPE device_platform AS ENUM ('ios', 'android', 'web');

CREATE TABLE password_histories (
    id            uuid                   PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id       uuid                   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    password_hash text                   NOT NULL,
    reason        password_change_reason NOT NULL,
    -- The administrator who set the password; when that account goes, the history of the other person stays.
    changed_by_id uuid                   REFERENCES users (id) ON DELETE SET NULL,
    created_at    timestamptz            NOT NULL DEFAULT now(),
    -- Not the other way round: the column is emptied when the administrator's account is deleted.
    CONSTRAINT password_histories_changed_by_id_check
        CHECK (changed_by_id IS NULL OR reason = 'administrator_reset')
);

-- Serves: a person's last few passwords, when a new one is chosen; covers the foreign key.
CREATE INDEX idx_password_histories_user_id_created_at ON password_histories (user_id, created_at DESC);

-- Serves: the passwords that one administrator has set; covers the foreign key, whose look-up never asks for NULL.
CREATE INDEX idx_password_histories_changed_by_id ON password_histories (changed_by_id)
    WHERE changed_by_id IS NOT NULL;

CREATE TABLE device_tokens (
    id           uuid            PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      uuid            NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    platform     device_platform NOT NULL,
    token        text            NOT NULL,
    app_version  text,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    created_at   timestamptz     NOT NULL DEFAULT now(),
    updated_at   timestamptz     NOT NULL DEFAULT now(),
    -- A device that changes hands brings its token along: the new owner's registration replaces the row.
    CONSTRAINT device_tokens_platform_token_key UNIQUE (platform, token),
    CONSTRAINT device_tokens_token_check CHECK (token <> '')
);

-- Serves: sending a message to a person's devices, the one used last first; covers the foreign key.
CREATE INDEX idx_device_tokens_user_id_last_used_at ON device_tokens (user_id, last_used_at DESC NULLS LAST);
