create table a (d text default 'info');
create table a1 () inherits (a);
