create table teams (id int primary key);
create table players (id int primary key, team int not null references teams);
