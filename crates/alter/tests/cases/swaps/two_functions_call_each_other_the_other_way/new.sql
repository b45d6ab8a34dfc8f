create function g() returns int begin atomic select 1; end;
create function f() returns int begin atomic select g(); end;
