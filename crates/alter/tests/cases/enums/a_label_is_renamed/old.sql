create type level as enum ('lo', 'hi');
create table alarms (level level default 'lo', old_levels level[] default '{lo,hi}');
