create table accounts (id int primary key, balance numeric not null default 0);
create schema audit;
create table audit.log (id bigint generated always as identity primary key, table_name text not null, old_row jsonb, new_row jsonb, at timestamptz not null default clock_timestamp(), by_user name default current_user);
create index on audit.log using brin (at);
create function audit.write() returns trigger language plpgsql security definer as $$ begin insert into audit.log (table_name, old_row, new_row) values (tg_table_name, to_jsonb(old), to_jsonb(new)); return null; end $$;
create trigger audited after insert or update or delete on accounts for each row execute function audit.write();
revoke all on function audit.write() from public;
