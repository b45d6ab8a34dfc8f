create table places (x float8, y float8, spot point generated always as (point(x, y)) stored);
create index places_spot on places using spgist (spot);
