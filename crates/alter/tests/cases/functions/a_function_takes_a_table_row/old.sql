create table people (first text, last text);
create function full_name(p people) returns text language sql stable as $$ select p.first || p.last $$;
create view names as select p.full_name from people p;
