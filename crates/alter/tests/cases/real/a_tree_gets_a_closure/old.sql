create table categories (id int primary key, parent int references categories);
