create table scores (player int, points int);
create index best on scores (points);
