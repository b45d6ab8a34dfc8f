create table t (a interval, b bit(3), c time, d timestamptz(3), e numeric, f float4, g char(3));
