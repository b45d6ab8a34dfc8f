create table "T 1" (a int);
