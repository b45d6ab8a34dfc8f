-- Are the 39 performance indexes of the auth track there, and are they what they should be? For people who have only
-- psql; `crosstrack verify` answers the same from auth-migrations/indexes.toml, and this list is to be kept equal to it.
--
--     psql -f scripts/verify-indexes.sql "$DATABASE_URL"
--
-- Changes nothing: the server is asked to refuse every write. Exit status 0 when all are in order, 3 when one is not.
--
-- state       ok, missing, invalid (a concurrent build failed), not ready (a build is running or broke off early),
--             differs (another table, method, uniqueness, key, order, included column or predicate)

\set ON_ERROR_STOP on
\set QUIET on
\set SHOW_CONTEXT never
\timing off
\pset pager off
\pset format aligned
\pset border 1
\pset expanded off
\pset tuples_only off
\pset footer off
\pset null ''

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;

-- The answer is kept in the variable `findings`, so that the list of what is expected stands here once.
WITH expected (name, table_name, method, is_unique, keys, include, predicate) AS (
    VALUES
        ('idx_users_ban_expires_at', 'users', 'btree', false, 'ban_expires_at', '', 'ban_expires_at IS NOT NULL'),
        ('idx_users_created_at_id', 'users', 'btree', false, 'created_at desc, id desc', '', ''),
        ('idx_users_lower_email', 'users', 'btree', true, 'lower(email)', '', ''),
        ('idx_users_role_created_at', 'users', 'btree', false, 'role, created_at desc', '', ''),
        ('idx_users_updated_at', 'users', 'btree', false, 'updated_at', '', ''),
        ('idx_sessions_expires_at', 'sessions', 'btree', false, 'expires_at', '', ''),
        ('idx_sessions_impersonated_by_id', 'sessions', 'btree', false, 'impersonated_by_id', '', 'impersonated_by_id IS NOT NULL'),
        ('idx_sessions_ip_address_created_at', 'sessions', 'btree', false, 'ip_address, created_at desc', '', ''),
        ('idx_sessions_token', 'sessions', 'btree', true, 'token', 'user_id, expires_at, revoked_at', ''),
        ('idx_sessions_user_id_created_at', 'sessions', 'btree', false, 'user_id, created_at desc', '', ''),
        ('idx_sessions_user_id_expires_at', 'sessions', 'btree', false, 'user_id, expires_at desc', '', 'revoked_at IS NULL'),
        ('idx_accounts_access_token_expires_at', 'accounts', 'btree', false, 'access_token_expires_at', '', 'refresh_token IS NOT NULL'),
        ('idx_accounts_refresh_token_expires_at', 'accounts', 'btree', false, 'refresh_token_expires_at', '', 'refresh_token IS NOT NULL'),
        ('idx_accounts_user_id_provider_id', 'accounts', 'btree', false, 'user_id, provider_id', '', ''),
        ('idx_verifications_expires_at', 'verifications', 'btree', false, 'expires_at', '', ''),
        ('idx_verifications_identifier_created_at', 'verifications', 'btree', false, 'identifier, created_at desc', '', ''),
        ('idx_verifications_value', 'verifications', 'hash', false, 'value', '', ''),
        ('idx_password_histories_changed_by_id', 'password_histories', 'btree', false, 'changed_by_id', '', 'changed_by_id IS NOT NULL'),
        ('idx_password_histories_created_at', 'password_histories', 'btree', false, 'created_at', '', ''),
        ('idx_password_histories_user_id_created_at', 'password_histories', 'btree', false, 'user_id, created_at desc', '', ''),
        ('idx_device_tokens_last_used_at', 'device_tokens', 'btree', false, 'last_used_at', '', 'revoked_at IS NULL'),
        ('idx_device_tokens_user_id_last_used_at', 'device_tokens', 'btree', false, 'user_id, last_used_at desc nulls last', '', ''),
        ('idx_audit_logs_action_occurred_at', 'audit_logs', 'btree', false, 'action, occurred_at desc', '', ''),
        ('idx_audit_logs_actor_id_occurred_at', 'audit_logs', 'btree', false, 'actor_id, occurred_at desc', '', ''),
        ('idx_audit_logs_details', 'audit_logs', 'gin', false, 'details jsonb_path_ops', '', ''),
        ('idx_audit_logs_occurred_at', 'audit_logs', 'brin', false, 'occurred_at', '', ''),
        ('idx_audit_logs_request_id', 'audit_logs', 'btree', false, 'request_id', '', 'request_id IS NOT NULL'),
        ('idx_audit_logs_resource_type_resource_id_occurred_at', 'audit_logs', 'btree', false, 'resource_type, resource_id, occurred_at desc', '', ''),
        ('idx_audit_logs_subject_id_occurred_at', 'audit_logs', 'btree', false, 'subject_id, occurred_at desc', '', ''),
        ('idx_api_request_logs_client_name_client_version_requested_at', 'api_request_logs', 'btree', false, 'client_name, client_version, requested_at desc', '', ''),
        ('idx_api_request_logs_duration_ms', 'api_request_logs', 'btree', false, 'duration_ms desc', '', 'duration_ms >= 1000'),
        ('idx_api_request_logs_error_code_requested_at', 'api_request_logs', 'btree', false, 'error_code, requested_at desc', '', 'error_code IS NOT NULL'),
        ('idx_api_request_logs_ip_address_requested_at', 'api_request_logs', 'btree', false, 'ip_address, requested_at desc', '', 'status_code = ANY (ARRAY[401, 403, 429])'),
        ('idx_api_request_logs_request_id', 'api_request_logs', 'btree', false, 'request_id', '', ''),
        ('idx_api_request_logs_requested_at', 'api_request_logs', 'brin', false, 'requested_at', '', ''),
        ('idx_api_request_logs_route_requested_at', 'api_request_logs', 'btree', false, 'route, requested_at desc', 'status_code, duration_ms', ''),
        ('idx_api_request_logs_session_id_requested_at', 'api_request_logs', 'btree', false, 'session_id, requested_at desc', '', 'session_id IS NOT NULL'),
        ('idx_api_request_logs_status_code_requested_at', 'api_request_logs', 'btree', false, 'status_code, requested_at desc', '', 'status_code >= 500'),
        ('idx_api_request_logs_user_id_requested_at', 'api_request_logs', 'btree', false, 'user_id, requested_at desc', '', '')
),
found AS (
    SELECT
        index_class.oid,
        index_table.oid::regclass::text AS table_name,
        access_method.amname::text AS method,
        pg_index.indisunique AS is_unique,
        pg_index.indisvalid AS is_valid,
        pg_index.indisready AS is_ready,
        (
            -- Bit 1 of an option is DESC, bit 2 is NULLS FIRST, which DESC implies when nothing else is said.
            SELECT string_agg(
                pg_get_indexdef(pg_index.indexrelid, key.number, true)
                || CASE pg_index.indoption[key.number - 1]
                    WHEN 1 THEN ' desc nulls last'
                    WHEN 2 THEN ' nulls first'
                    WHEN 3 THEN ' desc'
                    ELSE ''
                END
                || CASE WHEN pg_opclass.opcdefault THEN '' ELSE ' ' || pg_opclass.opcname END,
                ', ' ORDER BY key.number
            )
            FROM generate_series(1, pg_index.indnkeyatts) AS key (number)
            JOIN pg_opclass ON pg_opclass.oid = pg_index.indclass[key.number - 1]
        ) AS keys,
        (
            SELECT coalesce(
                string_agg(pg_get_indexdef(pg_index.indexrelid, key.number, true), ', ' ORDER BY key.number), ''
            )
            FROM generate_series(pg_index.indnkeyatts + 1, pg_index.indnatts) AS key (number)
        ) AS include,
        -- The server puts one pair of parentheses around the whole; the list does without.
        coalesce(
            regexp_replace(pg_get_expr(pg_index.indpred, pg_index.indrelid), '^\((.*)\)$', '\1'), ''
        ) AS predicate
    FROM pg_index
    JOIN pg_class AS index_class ON index_class.oid = pg_index.indexrelid
    JOIN pg_class AS index_table ON index_table.oid = pg_index.indrelid
    JOIN pg_am AS access_method ON access_method.oid = index_class.relam
),
compared AS (
    SELECT
        expected.name,
        expected.table_name,
        CASE
            WHEN found.oid IS NULL THEN 'missing'
            WHEN NOT found.is_ready THEN 'not ready'
            WHEN NOT found.is_valid THEN 'invalid'
            WHEN (found.table_name, found.method, found.is_unique, found.keys, found.include, found.predicate)
                <> (expected.table_name, expected.method, expected.is_unique, expected.keys, expected.include,
                    expected.predicate)
                THEN 'differs'
            ELSE 'ok'
        END AS state,
        concat(
            CASE WHEN expected.is_unique THEN 'unique ' END, expected.method, ' on ', expected.table_name,
            ' (', expected.keys, ')', ' include (' || nullif(expected.include, '') || ')',
            ' where ' || nullif(expected.predicate, '')
        ) AS expected,
        CASE WHEN found.oid IS NULL THEN '' ELSE concat(
            CASE WHEN found.is_unique THEN 'unique ' END, found.method, ' on ', found.table_name,
            ' (', found.keys, ')', ' include (' || nullif(found.include, '') || ')',
            ' where ' || nullif(found.predicate, '')
        ) END AS found
    FROM expected
    LEFT JOIN found ON found.oid = to_regclass(expected.name)
)
SELECT jsonb_agg(to_jsonb(compared)) AS findings FROM compared \gset

\echo 'Indexes'
SELECT
    name AS index,
    table_name AS table,
    state,
    CASE WHEN state = 'ok' THEN '' ELSE expected END AS expected,
    CASE WHEN state = 'ok' THEN '' ELSE found END AS found
FROM jsonb_to_recordset(:'findings')
    AS finding (name text, table_name text, state text, expected text, found text)
ORDER BY table_name, name;

\echo 'Tables'
WITH expected (table_name, indexes) AS (
    VALUES
        ('users', 5),
        ('sessions', 6),
        ('api_request_logs', 10),
        ('audit_logs', 7),
        ('accounts', 3),
        ('verifications', 3),
        ('device_tokens', 2),
        ('password_histories', 3)
)
SELECT
    expected.table_name AS table,
    expected.indexes AS expected,
    count(*) FILTER (WHERE finding.state = 'ok') AS ok
FROM expected
LEFT JOIN jsonb_to_recordset(:'findings') AS finding (table_name text, state text) USING (table_name)
GROUP BY expected.table_name, expected.indexes
ORDER BY expected.table_name;

SELECT
    count(*) FILTER (WHERE state = 'ok') AS in_order,
    -- A DO block sees no variable of psql, but it sees a setting, and this one ends with the transaction.
    set_config(
        'crosstrack.indexes_not_in_order',
        coalesce(string_agg(name || ' (' || state || ')', ', ' ORDER BY name) FILTER (WHERE state <> 'ok'), ''),
        true
    ) AS not_in_order
FROM jsonb_to_recordset(:'findings') AS finding (name text, state text) \gset

\echo :in_order of 39 indexes

DO $$
BEGIN
    IF current_setting('crosstrack.indexes_not_in_order') <> '' THEN
        RAISE EXCEPTION 'indexes not in order: %', current_setting('crosstrack.indexes_not_in_order')
            USING HINT = 'Apply the migrations of the auth track, or run `crosstrack verify --fix`.';
    END IF;
END
$$;

COMMIT;
