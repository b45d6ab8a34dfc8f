create table teams (id int primary key);
create table players (team bigint references teams);
