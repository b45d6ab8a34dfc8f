create function low() returns int begin atomic select 1; end;
create function high() returns int begin atomic select low() + 1; end;
