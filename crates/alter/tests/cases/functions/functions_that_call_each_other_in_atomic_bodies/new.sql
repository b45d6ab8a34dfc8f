create function low() returns bigint begin atomic select 1::bigint; end;
create function high() returns bigint begin atomic select low() + 1; end;
