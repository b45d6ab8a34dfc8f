create table categories (id int primary key, parent int references categories on delete set null, name text not null);
create table category_paths (ancestor int references categories, descendant int references categories, depth int not null check (depth >= 0), primary key (ancestor, descendant));
create materialized view depths as select descendant, max(depth) as depth from category_paths group by descendant;
create unique index on depths (descendant);
