create table t (a interval day to second(2), b varbit(5), c time(0) with time zone, d timestamptz, e numeric(5,-2), f float8, g varchar);
