create table m (id int, at date);
grant select (id) on m to case_reader;
grant insert on m to case_writer with grant option;
