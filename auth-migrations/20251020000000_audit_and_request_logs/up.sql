-- Two logs with different purposes: `audit_logs` says who did what to whose data and is evidence;
-- `api_request_logs` says how the service behaved and is cleared after weeks.
--
-- Both are appended to and read by time, so their keys count upwards: random keys would scatter the inserts.
-- A log outlives the person it speaks of: deleting a person empties the reference and keeps the row.

CREATE TYPE audit_outcome AS ENUM ('success', 'denied', 'failure');

CREATE TYPE http_method AS ENUM ('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS');

CREATE TABLE audit_logs (
    id            bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at   timestamptz   NOT NULL DEFAULT now(),
    -- Who acted; empty for the platform's own jobs.
    actor_id      uuid          REFERENCES users (id) ON DELETE SET NULL,
    -- Whose data it was.
    subject_id    uuid          REFERENCES users (id) ON DELETE SET NULL,
    -- No foreign key: sessions are cleared when they expire, and the evidence must still name the one that was used.
    session_id    uuid,
    request_id    uuid,
    action        text          NOT NULL,
    outcome       audit_outcome NOT NULL,
    -- A resource may live in any track or service, so it is named and not referenced.
    resource_type text,
    resource_id   text,
    ip_address    inet,
    user_agent    text,
    details       jsonb         NOT NULL DEFAULT '{}',
    CONSTRAINT audit_logs_action_check CHECK (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    CONSTRAINT audit_logs_resource_check CHECK ((resource_type IS NULL) = (resource_id IS NULL)),
    CONSTRAINT audit_logs_details_check CHECK (jsonb_typeof(details) = 'object')
);

-- Serves: what one person did, newest first; covers the foreign key.
CREATE INDEX idx_audit_logs_actor_id_occurred_at ON audit_logs (actor_id, occurred_at DESC);

-- Serves: the report that a person may ask for, of everybody who opened their record; covers the foreign key.
CREATE INDEX idx_audit_logs_subject_id_occurred_at ON audit_logs (subject_id, occurred_at DESC);

CREATE TABLE api_request_logs (
    id             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    requested_at   timestamptz NOT NULL DEFAULT now(),
    request_id     uuid        NOT NULL,
    user_id        uuid        REFERENCES users (id) ON DELETE SET NULL,
    -- No foreign key, for the same reason as in `audit_logs`.
    session_id     uuid,
    method         http_method NOT NULL,
    -- The pattern, `/patients/:id`, so that requests can be counted together; `path` is what was asked for.
    route          text        NOT NULL,
    path           text        NOT NULL,
    status_code    smallint    NOT NULL,
    error_code     text,
    duration_ms    integer     NOT NULL,
    request_bytes  bigint      NOT NULL DEFAULT 0,
    response_bytes bigint      NOT NULL DEFAULT 0,
    client_name    text,
    client_version text,
    ip_address     inet,
    user_agent     text,
    CONSTRAINT api_request_logs_status_code_check CHECK (status_code BETWEEN 100 AND 599),
    CONSTRAINT api_request_logs_duration_ms_check CHECK (duration_ms >= 0),
    CONSTRAINT api_request_logs_bytes_check CHECK (request_bytes >= 0 AND response_bytes >= 0)
);

-- Serves: the requests of one person when they ask for support, newest first; covers the foreign key.
CREATE INDEX idx_api_request_logs_user_id_requested_at ON api_request_logs (user_id, requested_at DESC);
