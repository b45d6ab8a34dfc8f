create function secret() returns int language sql as 'select 1';
create procedure work() language sql as 'select 1';
revoke execute on function secret() from public;
grant execute on function secret() to case_reader;
revoke all on procedure work() from public;
