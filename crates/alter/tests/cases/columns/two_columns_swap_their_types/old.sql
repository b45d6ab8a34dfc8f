create table pairs (a int, b text);
