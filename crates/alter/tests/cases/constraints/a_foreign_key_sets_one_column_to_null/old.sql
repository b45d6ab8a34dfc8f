create table places (tenant int, id int, primary key (tenant, id));
create table events (tenant int not null, place int, foreign key (tenant, place) references places on delete cascade);
