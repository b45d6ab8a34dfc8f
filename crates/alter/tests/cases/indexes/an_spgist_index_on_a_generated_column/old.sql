create table places (x float8, y float8);
