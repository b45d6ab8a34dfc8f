create table audited (changed_at timestamptz);
create table named (name text);
create table products (price numeric) inherits (named);
