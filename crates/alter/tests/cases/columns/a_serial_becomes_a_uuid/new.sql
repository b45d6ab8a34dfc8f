create table t (id uuid default gen_random_uuid() primary key);
create table u (t uuid references t);
