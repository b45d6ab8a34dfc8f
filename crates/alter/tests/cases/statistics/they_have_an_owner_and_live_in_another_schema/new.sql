create schema s;
create table t (a int, b int);
create statistics s.st (mcv) on a, b from t;
alter statistics s.st owner to case_manager;
