create schema "My Schema";
create type "My Schema"."My Enum" as enum ('A', 'B');
create type "My Schema"."Pair, Of" as ("a b" int, "c(d)" "My Schema"."My Enum");
create table t (v "My Schema"."My Enum"[] default '{A,B}', p "My Schema"."Pair, Of"[]);
