create table readings (id int primary key, value float8);
alter table readings replica identity full;
