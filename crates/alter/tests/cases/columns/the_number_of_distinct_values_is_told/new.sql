create table visits (id int, page text);
alter table visits alter page set (n_distinct = -0.5);
