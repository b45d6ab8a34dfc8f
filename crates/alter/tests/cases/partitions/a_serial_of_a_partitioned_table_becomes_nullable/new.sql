create table m (id int, s int) partition by list (id);
