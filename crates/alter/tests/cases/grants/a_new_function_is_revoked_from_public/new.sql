create function secret(a int, b text default 'x') returns int language sql as 'select 1';
revoke all on function secret(int, text) from public;
