create table people (first text, last text, full_name text generated always as (last || ', ' || first) stored);
create view greetings as select 'Hello ' || full_name as line from people;
