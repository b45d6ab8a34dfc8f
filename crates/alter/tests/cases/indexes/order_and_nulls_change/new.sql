create table scores (player int, points int);
create index best on scores (points desc nulls last, player asc nulls first);
