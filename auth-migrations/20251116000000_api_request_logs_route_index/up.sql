-- Serves: how long each route takes and how often it fails, over the last hours; the included columns answer it from
-- the index alone.
--
-- Concurrently, and so outside a transaction (see metadata.toml): the log is written on every request, and this index
-- is wide enough for a blocking build to be noticed. One statement, since several sent together are a transaction.
CREATE INDEX CONCURRENTLY idx_api_request_logs_route_requested_at
    ON api_request_logs (route, requested_at DESC) INCLUDE (status_code, duration_ms);
