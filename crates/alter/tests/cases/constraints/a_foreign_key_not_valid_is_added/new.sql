create table a (id int primary key);
create table b (a int, v int);
alter table b add constraint b_a foreign key (a) references a on update set default not valid;
alter table b add constraint b_v check (v > 0) no inherit not valid;
