create table a (id int, code int unique);
create table b (id int, a_code int references a (code));
