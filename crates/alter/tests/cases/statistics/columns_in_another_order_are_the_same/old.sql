create table t (a int, b int, c int);
create statistics st on c, a from t;
