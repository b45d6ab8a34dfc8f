create table t (a int, constraint once exclude using btree (a with =));
