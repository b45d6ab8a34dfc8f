create type role_name as enum ('member', 'admin');
create table members (name text, role role_name);
create function admins() returns bigint begin atomic select count(*) from members where role = 'admin'; end;
create policy only_admins on members using (role = 'admin');
