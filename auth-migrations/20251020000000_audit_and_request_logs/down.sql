DROP TABLE api_request_logs;
DROP TABLE audit_logs;
DROP TYPE http_method;
DROP TYPE audit_outcome;
