create table people (first text, last text, middle text);
create function full_name(p people) returns text language sql stable as $$ select p.first || p.middle || p.last $$;
create view names as select p.full_name from people p;
