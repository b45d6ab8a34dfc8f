create table regions (id int primary key);
create table cities (id int primary key, region int references regions);
create view all_cities as select c.id, r.id as region from cities c join regions r on r.id = c.region;
