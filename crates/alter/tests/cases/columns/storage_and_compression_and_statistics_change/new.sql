create table files (id int, body text compression lz4, note text);
alter table files alter note set storage main, alter body set statistics 50;
