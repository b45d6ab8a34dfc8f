create table documents (id int, body jsonb default '{}');
create index on documents using gin (body jsonb_path_ops);
