create table people (id int, name text);
create view names as select name from people;
create function count_people() returns bigint begin atomic select count(*) from people; end;
create materialized view cached as select * from people;
create index cached_id on cached (id);
