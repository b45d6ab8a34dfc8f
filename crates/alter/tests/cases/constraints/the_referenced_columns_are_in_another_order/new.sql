create table t (a int, b int, unique (a, b), unique (b, a));
create table u (a int, b int, constraint u_t foreign key (b, a) references t (b, a) match full);
