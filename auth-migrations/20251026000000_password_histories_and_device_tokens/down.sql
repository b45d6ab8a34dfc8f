DROP TABLE device_tokens;
DROP TABLE password_histories;
DROP TYPE device_platform;
DROP TYPE password_change_reason;
