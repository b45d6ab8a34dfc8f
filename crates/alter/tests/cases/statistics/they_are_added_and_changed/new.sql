create table t (a int, b int, c text);
create statistics st (ndistinct, dependencies, mcv) on a, b, lower(c) from t;
alter statistics st set statistics 300;
