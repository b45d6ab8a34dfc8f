create table t (a int);
create table log (a int, at timestamptz default now());
create rule keep as on delete to t where old.a > 5 do also insert into log (a) values (old.a);
comment on rule keep on t is 'remembers';
