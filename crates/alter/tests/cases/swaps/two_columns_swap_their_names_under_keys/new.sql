create table t (b int primary key, a text not null unique);
