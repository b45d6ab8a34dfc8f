create table tenants (id uuid primary key default gen_random_uuid(), name text unique);
create table documents (id uuid primary key, tenant uuid not null references tenants on delete cascade, title text);
create function current_tenant() returns uuid stable language sql as $$ select current_setting('app.tenant')::uuid $$;
alter table documents enable row level security;
create policy same_tenant on documents using (tenant = current_tenant()) with check (tenant = current_tenant());
create index documents_tenant on documents (tenant);
grant select, insert, update, delete on documents to case_app;
