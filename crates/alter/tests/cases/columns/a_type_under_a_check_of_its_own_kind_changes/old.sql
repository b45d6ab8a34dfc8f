create table t (a text check (a <> ''), b text default 'x' check (length(b) > 0));
