create table tenants (id uuid primary key default gen_random_uuid(), name text);
create table documents (id uuid primary key, title text);
