create table devices (id int not null, serial_no text not null);
create unique index devices_key on devices (id);
alter table devices replica identity using index devices_key;
