create table t (a int, b int generated always as (a + 1) stored, constraint c check (b > a), unique (b), exclude using btree (b with =));
