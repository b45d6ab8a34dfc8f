create type float_range as range (subtype = float8, subtype_diff = float8mi);
create table bands (band float_range, exclude using gist (band with &&));
