create table t (a numeric(12,4), b double precision, c double precision, d timestamp(6), e numeric(12,2), f timestamptz, g numeric(12,4)[], h time(6), i bigint);
