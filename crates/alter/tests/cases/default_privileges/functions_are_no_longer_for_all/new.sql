alter default privileges revoke execute on functions from public;
alter default privileges for role case_manager revoke usage on types from public;
