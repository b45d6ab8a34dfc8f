create type address as (street text, zip text, country char(2));
comment on column address.country is 'ISO code';
