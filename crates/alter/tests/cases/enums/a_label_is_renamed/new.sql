create type level as enum ('low', 'hi');
create table alarms (level level default 'low', old_levels level[] default '{low,hi}');
