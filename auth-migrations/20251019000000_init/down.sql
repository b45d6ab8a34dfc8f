-- Without CASCADE on purpose: while another track still refers to `users`, this has to fail and not to take those
-- foreign keys along.
DROP TABLE verifications;
DROP TABLE accounts;
DROP TABLE sessions;
DROP TABLE users;
DROP TYPE user_role;
