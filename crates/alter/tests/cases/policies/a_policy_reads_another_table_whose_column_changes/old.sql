create table members (team int, login name);
create table notes (team int, body text);
create policy by_team on notes using (team in (select m.team from members m where m.login = current_user));
