create domain zip as varchar(10) collate "C";
create table addresses (id int, zip zip);
create view zips as select zip from addresses;
