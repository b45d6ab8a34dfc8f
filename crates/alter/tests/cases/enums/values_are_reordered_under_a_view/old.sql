create type level as enum ('low', 'high', 'medium');
create table alarms (id int, level level);
create view high_alarms as select id, level from alarms where level > 'low';
