create table t (a numeric(12,2), b real, c integer, d timestamp(0), e integer, f date, g numeric(12,2)[], h time(0), i smallint);
