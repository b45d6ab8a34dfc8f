create table teams (id bigint primary key);
create table players (id bigint primary key, team bigint not null references teams);
