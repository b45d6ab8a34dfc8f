create table measurements (sensor int not null, at timestamptz not null, value float8, primary key (sensor, at)) partition by range (at);
create table measurements_2026_01 partition of measurements for values from ('2026-01-01 00:00+00') to ('2026-02-01 00:00+00');
create table measurements_rest partition of measurements default;
create materialized view daily as select sensor, at::date as day, avg(value) as mean from measurements group by 1, 2 with no data;
