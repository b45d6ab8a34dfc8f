create function secret() returns int language sql as 'select 1';
create procedure work() language sql as 'select 1';
