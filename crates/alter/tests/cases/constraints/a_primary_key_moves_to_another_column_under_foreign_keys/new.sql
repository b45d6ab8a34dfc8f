create table owners (id int unique, code text not null primary key);
create table pets (id int primary key, owner_id int references owners (id), owner_code text references owners);
