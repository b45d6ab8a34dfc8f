create table t (a int);
grant select on t to "Case Reader.x";
alter table t owner to "Case Owner";
create policy p on t to "Case Reader.x" using (true);
