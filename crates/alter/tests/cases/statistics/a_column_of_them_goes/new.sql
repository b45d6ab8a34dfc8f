create table t (a int, c int);
create statistics st on a, c from t;
