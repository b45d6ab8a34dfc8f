create extension "uuid-ossp";
create extension pgcrypto;
create table things (id uuid default uuid_generate_v4(), secret bytea default gen_random_bytes(8));
