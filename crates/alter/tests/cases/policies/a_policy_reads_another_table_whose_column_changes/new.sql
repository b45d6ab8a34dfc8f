create table members (team bigint, login name);
create table notes (team bigint, body text);
create policy by_team on notes using (team in (select m.team from members m where m.login = current_user));
