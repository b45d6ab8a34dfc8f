create table lamps (state varchar(10) default 'off' not null);
