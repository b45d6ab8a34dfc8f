create table p (id serial, day int not null) partition by range (day);
create table p1 partition of p for values from (0) to (10);
