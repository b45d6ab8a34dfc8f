create table t (a int);
create view m as select a from t;
create table m_a (a int);
