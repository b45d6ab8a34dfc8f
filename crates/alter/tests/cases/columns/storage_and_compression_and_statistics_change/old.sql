create table files (id int, body text, note text);
alter table files alter body set storage external, alter note set statistics 500;
