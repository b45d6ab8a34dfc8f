create table m (id int, s serial) partition by list (id);
