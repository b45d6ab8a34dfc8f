create table teams (id bigint primary key);
create table players (team bigint references teams);
