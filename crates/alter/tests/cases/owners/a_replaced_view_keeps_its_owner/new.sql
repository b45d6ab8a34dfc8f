create table t (a text);
create view v as select a from t;
alter view v owner to case_manager;
