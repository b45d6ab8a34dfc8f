create table cities (zip text, name text);
