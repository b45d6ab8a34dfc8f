create table t (a int);
create view v as select a from t;
create table log (a int);
create rule r as on update to t where new.a in (select a from v) do also insert into log select a from v;
