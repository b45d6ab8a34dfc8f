create table points (at timestamptz);
create index points_at on points using brin (at) with (pages_per_range = 16);
