create table cities (zip text, name text);
create unique index cities_zip on cities (zip);
create table streets (zip text references cities (zip));
