create function f(a int) returns bigint language sql as 'select 1::bigint';
revoke all on function f(int) from public;
grant execute on function f(int) to case_reader with grant option;
