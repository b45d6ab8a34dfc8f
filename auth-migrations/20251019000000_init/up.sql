-- The core of signing in: who a person is, where they are signed in, and how they prove it.
--
-- Keys are random UUIDs: they appear in URLs and in tokens, and a counter would tell how many people there are.
-- An index here either makes a rule (one account for an address) or covers a foreign key, so that deleting a person
-- does not read whole tables. Those that only make queries faster are in `performance_indexes`.

CREATE TYPE user_role AS ENUM ('patient', 'practitioner', 'editor', 'administrator');

CREATE TABLE users (
    id             uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    name           text        NOT NULL,
    email          text        NOT NULL,
    email_verified boolean     NOT NULL DEFAULT false,
    image          text,
    role           user_role   NOT NULL DEFAULT 'patient',
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT users_name_check CHECK (name <> ''),
    -- Only that it could be an address: whether it is one, the message with the link finds out.
    CONSTRAINT users_email_check CHECK (position('@' IN email) > 1)
);

-- Serves: sign-in and sign-up by address. Unique on the lower-case form, since people type their address in any case
-- and two accounts that differ only in case are always a mistake.
CREATE UNIQUE INDEX idx_users_lower_email ON users (lower(email));

CREATE TABLE sessions (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id    uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    token      text        NOT NULL,
    expires_at timestamptz NOT NULL,
    -- Set when a person signs a device out from elsewhere: the row stays until it expires, so that the list of devices
    -- can still show it.
    revoked_at timestamptz,
    ip_address inet,
    user_agent text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT sessions_token_check CHECK (length(token) >= 32),
    CONSTRAINT sessions_expires_at_check CHECK (expires_at > created_at)
);

-- Serves: the look-up of the session on every request. The included columns answer it from the index alone.
CREATE UNIQUE INDEX idx_sessions_token ON sessions (token) INCLUDE (user_id, expires_at, revoked_at);

-- Serves: a person's sign-in history, newest first; covers the foreign key.
CREATE INDEX idx_sessions_user_id_created_at ON sessions (user_id, created_at DESC);

CREATE TABLE accounts (
    id                       uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id                  uuid        NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    provider_id              text        NOT NULL,
    -- The person's identifier at the provider; for `credential` it is the person's own id.
    account_id               text        NOT NULL,
    access_token             text,
    refresh_token            text,
    id_token                 text,
    access_token_expires_at  timestamptz,
    refresh_token_expires_at timestamptz,
    scope                    text,
    password_hash            text,
    created_at               timestamptz NOT NULL DEFAULT now(),
    updated_at               timestamptz NOT NULL DEFAULT now(),
    -- Serves the callback of an OAuth sign-in too: it finds the account by these two.
    CONSTRAINT accounts_provider_id_account_id_key UNIQUE (provider_id, account_id),
    CONSTRAINT accounts_password_hash_check CHECK ((provider_id = 'credential') = (password_hash IS NOT NULL))
);

-- Serves: the list of linked accounts, and the credential account at sign-in with a password; covers the foreign key.
CREATE INDEX idx_accounts_user_id_provider_id ON accounts (user_id, provider_id);

-- No reference to `users`: an address is verified before the person exists.
CREATE TABLE verifications (
    id         uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    identifier text        NOT NULL,
    value      text        NOT NULL,
    expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT verifications_expires_at_check CHECK (expires_at > created_at)
);
