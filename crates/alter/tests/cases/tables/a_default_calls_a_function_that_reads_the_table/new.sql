create table t (id int, position int);
create function next_position() returns int begin atomic select coalesce(max(position), 0) + 1 from t; end;
alter table t alter position set default next_position();
