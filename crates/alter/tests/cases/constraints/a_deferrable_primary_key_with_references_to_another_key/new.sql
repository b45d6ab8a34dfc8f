create table t (id int primary key deferrable, code int unique);
create table u (code int references t (code) on update restrict);
