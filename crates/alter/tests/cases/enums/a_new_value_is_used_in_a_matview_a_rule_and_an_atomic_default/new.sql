create type e as enum ('a', 'b');
create table t (v e);
create materialized view m as select v from t where v = 'b';
create rule r as on delete to t where old.v = 'b' do instead nothing;
create function f(x e default 'b') returns e begin atomic select coalesce(x, 'b'); end;
create view w as select f() as x;
