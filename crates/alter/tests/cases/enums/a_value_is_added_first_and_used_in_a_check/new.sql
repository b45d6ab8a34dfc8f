create type mood as enum ('awful', 'bad', 'ok');
create table people (mood mood check (mood <> 'awful'));
