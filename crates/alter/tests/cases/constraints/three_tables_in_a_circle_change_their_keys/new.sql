create table a (id bigint primary key, next bigint);
create table b (id bigint primary key, next bigint references a);
create table c (id bigint primary key, next bigint references b);
alter table a add foreign key (next) references c on delete cascade;
