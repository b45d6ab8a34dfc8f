create table t (id int, parent_code int, code int unique, foreign key (parent_code) references t (code));
