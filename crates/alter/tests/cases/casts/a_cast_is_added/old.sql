create type money2 as (cents int);
