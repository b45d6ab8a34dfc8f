-- crosstrack: lock_timeout 2s
--
-- The indexes that only make queries faster. All in one transaction: either a release has them or it has not. A build
-- blocks writes to its table for as long as it lasts, which is short while these tables are; the one index that has
-- to be built without blocking has a migration of its own.
--
-- An index with DESC serves a list that starts with the newest; one with WHERE holds only the rows that its query
-- asks for.

-- users

-- Serves: the administrators' list of people, page by page; the key breaks ties between equal times.
CREATE INDEX idx_users_created_at_id ON users (created_at DESC, id DESC);

-- Serves: the list of one role, newest first, such as the practitioners who joined last.
CREATE INDEX idx_users_role_created_at ON users (role, created_at DESC);

-- Serves: the export that takes the people who changed since its last run.
CREATE INDEX idx_users_updated_at ON users (updated_at);

-- sessions

-- Serves: the list of a person's live sessions.
CREATE INDEX idx_sessions_user_id_expires_at ON sessions (user_id, expires_at DESC) WHERE revoked_at IS NULL;

-- Serves: the job that clears the sessions that have expired.
CREATE INDEX idx_sessions_expires_at ON sessions (expires_at);

-- Serves: the sign-ins from one address, when an account was taken over.
CREATE INDEX idx_sessions_ip_address_created_at ON sessions (ip_address, created_at DESC);

-- accounts

-- Serves: the job that refreshes access tokens before they expire; without a refresh token it can do nothing.
CREATE INDEX idx_accounts_access_token_expires_at ON accounts (access_token_expires_at)
    WHERE refresh_token IS NOT NULL;

-- Serves: the reminder to link an account again before its refresh token expires.
CREATE INDEX idx_accounts_refresh_token_expires_at ON accounts (refresh_token_expires_at)
    WHERE refresh_token IS NOT NULL;

-- verifications

-- Serves: the newest verification of an address, when its code is entered.
CREATE INDEX idx_verifications_identifier_created_at ON verifications (identifier, created_at DESC);

-- Serves: the verification that a link or an OAuth state stands for. A hash, since a value is only ever compared as a
-- whole and may be longer than a btree entry.
CREATE INDEX idx_verifications_value ON verifications USING hash (value);

-- Serves: the job that clears the verifications that have expired.
CREATE INDEX idx_verifications_expires_at ON verifications (expires_at);

-- password_histories

-- Serves: the job that clears passwords older than the rule looks back.
CREATE INDEX idx_password_histories_created_at ON password_histories (created_at);

-- device_tokens

-- Serves: the job that retires devices that have been silent for months.
CREATE INDEX idx_device_tokens_last_used_at ON device_tokens (last_used_at) WHERE revoked_at IS NULL;

-- audit_logs

-- Serves: the history of one resource, newest first.
CREATE INDEX idx_audit_logs_resource_type_resource_id_occurred_at
    ON audit_logs (resource_type, resource_id, occurred_at DESC);

-- Serves: the alerts that count one action, such as failed sign-ins, over the last minutes.
CREATE INDEX idx_audit_logs_action_occurred_at ON audit_logs (action, occurred_at DESC);

-- Serves: the audit entries of one request, from the error report that names it.
CREATE INDEX idx_audit_logs_request_id ON audit_logs (request_id) WHERE request_id IS NOT NULL;

-- Serves: the monthly export. A brin is enough: rows arrive in the order of time and are never moved.
CREATE INDEX idx_audit_logs_occurred_at ON audit_logs USING brin (occurred_at);

-- Serves: the search for entries whose details contain given values (`details @> ...`), the only operator asked for.
CREATE INDEX idx_audit_logs_details ON audit_logs USING gin (details jsonb_path_ops);

-- api_request_logs

-- Serves: everything that one session did, when a token was stolen.
CREATE INDEX idx_api_request_logs_session_id_requested_at ON api_request_logs (session_id, requested_at DESC)
    WHERE session_id IS NOT NULL;

-- Serves: the request that an error report names. Not unique: a client that tries again sends the same identifier.
CREATE INDEX idx_api_request_logs_request_id ON api_request_logs (request_id);

-- Serves: the list of server errors, by code, newest first.
CREATE INDEX idx_api_request_logs_status_code_requested_at ON api_request_logs (status_code, requested_at DESC)
    WHERE status_code >= 500;

-- Serves: how often each of our own error codes happened lately.
CREATE INDEX idx_api_request_logs_error_code_requested_at ON api_request_logs (error_code, requested_at DESC)
    WHERE error_code IS NOT NULL;

-- Serves: the addresses that keep being turned away, before they are blocked.
CREATE INDEX idx_api_request_logs_ip_address_requested_at ON api_request_logs (ip_address, requested_at DESC)
    WHERE status_code IN (401, 403, 429);

-- Serves: the slowest requests, the slowest first.
CREATE INDEX idx_api_request_logs_duration_ms ON api_request_logs (duration_ms DESC) WHERE duration_ms >= 1000;

-- Serves: which released versions of the apps still call us, before an endpoint is retired.
CREATE INDEX idx_api_request_logs_client_name_client_version_requested_at
    ON api_request_logs (client_name, client_version, requested_at DESC);

-- Serves: the job that clears the log week by week; a brin for the same reason as in `audit_logs`.
CREATE INDEX idx_api_request_logs_requested_at ON api_request_logs USING brin (requested_at);
