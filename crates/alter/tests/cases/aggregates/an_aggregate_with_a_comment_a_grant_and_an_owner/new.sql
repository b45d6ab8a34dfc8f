create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '5', combinefunc = int4pl, parallel = safe);
create aggregate total(float8) (sfunc = float8pl, stype = float8, sortop = >);
comment on aggregate total(int) is 'all';
revoke execute on function total(int) from public;
grant execute on function total(int) to case_reader;
