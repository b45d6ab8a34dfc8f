create table measurements (sensor int not null, at timestamptz not null, value float4);
create materialized view daily as select sensor, at::date as day, avg(value) as mean from measurements group by 1, 2 with no data;
