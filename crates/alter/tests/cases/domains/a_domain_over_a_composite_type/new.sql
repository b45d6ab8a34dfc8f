create type pair as (a int, b int);
create domain ordered_pair as pair check ((value).a < (value).b);
create table t (p ordered_pair, ps ordered_pair[]);
