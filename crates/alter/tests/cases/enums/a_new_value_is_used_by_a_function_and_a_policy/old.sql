create type role_name as enum ('member');
create table members (name text, role role_name);
