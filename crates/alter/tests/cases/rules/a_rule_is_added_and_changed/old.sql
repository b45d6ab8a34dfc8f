create table t (a int);
create table log (a int, at timestamptz default now());
create rule keep as on delete to t do instead nothing;
