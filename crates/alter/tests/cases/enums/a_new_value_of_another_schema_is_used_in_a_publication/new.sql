create schema s;
create type s.e as enum ('a', 'b');
create table t (id int, v s.e, primary key (id), exclude using btree (v with =) where (v = 'b'));
create statistics st on (v = 'b'), id from t;
