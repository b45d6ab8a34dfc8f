create type address as (street text, zip int, old text);
