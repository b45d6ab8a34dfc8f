create table t (a int);
create view base as select a from t where a > 0 with local check option;
create view v as select a from base where a < 10 with local check option;
