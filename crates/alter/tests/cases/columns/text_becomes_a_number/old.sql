create table measures (id int, value text default '0');
