create table owners (id int primary key, code text not null unique);
create table pets (id int primary key, owner_id int references owners, owner_code text);
