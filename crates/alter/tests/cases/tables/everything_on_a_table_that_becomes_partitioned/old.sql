create function note() returns trigger language plpgsql as $$ begin return new; end $$;
create table m (id int not null, at date not null, v text default 'x', constraint m_pk primary key (id, at), constraint m_v check (v <> ''));
create trigger noter before insert on m for each row execute function note();
create policy p on m using (id > 0);
alter table m enable row level security;
alter table m owner to case_manager;
comment on table m is 'months';
comment on column m.v is 'a value';
create table uses (id int, at date, foreign key (id, at) references m);
