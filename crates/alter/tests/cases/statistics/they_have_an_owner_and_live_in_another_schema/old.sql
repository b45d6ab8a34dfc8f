create schema s;
create table t (a int, b int);
create statistics st (mcv) on a, b from t;
