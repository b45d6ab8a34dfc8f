create table teams (id uuid primary key default gen_random_uuid());
create table players (id uuid primary key, team uuid not null references teams);
