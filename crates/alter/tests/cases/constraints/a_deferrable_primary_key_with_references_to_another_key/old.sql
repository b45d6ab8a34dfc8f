create table t (id int primary key, code int unique);
create table u (code int references t (code));
