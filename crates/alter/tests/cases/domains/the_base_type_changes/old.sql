create domain zip as int;
create table addresses (id int, zip zip);
create view zips as select zip from addresses;
