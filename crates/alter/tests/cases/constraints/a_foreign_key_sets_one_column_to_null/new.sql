create table places (tenant int, id int, primary key (tenant, id));
create table events (tenant int not null, place int, foreign key (tenant, place) references places match full on delete set null (place));
