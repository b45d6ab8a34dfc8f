create schema "My Schema";
create type "My Schema"."My Enum" as enum ('A');
create table t (v "My Schema"."My Enum"[] default '{A}');
