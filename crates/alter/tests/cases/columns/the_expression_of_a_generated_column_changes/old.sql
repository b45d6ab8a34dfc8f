create table people (first text, last text, full_name text generated always as (first || ' ' || last) stored);
create view greetings as select 'Hello ' || full_name as line from people;
