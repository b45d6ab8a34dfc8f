//! Types and routines, a statement at a time.

use crosstrack_testkit::TestDatabase;
use expect_test::expect;

use crate::support::tells;

#[tokio::test]
async fn types() {
    let database = TestDatabase::new("types");
    tells(
        &database,
        &[],
        &[
            "create type mood as enum ('sad', 'happy')",
            "alter type mood add value 'fine' before 'happy'",
            "alter type mood rename value 'sad' to 'blue'",
            "create domain grade as int default 1 not null constraint small check (value < 7)",
            "alter domain grade drop not null",
            "alter domain grade add constraint positive check (value > 0) not valid",
            "create type address as (street text, town text)",
            "alter type address add attribute zip int",
            "alter type address drop attribute street",
            "create type span as range (subtype = float8)",
            "create collation bytes (provider = libc, locale = 'C')",
            "create sequence tickets as smallint start 10 cache 5",
            "alter sequence tickets maxvalue 100",
            "select nextval('tickets')",
        ],
        &expect![[r#"
            create type mood as enum ('sad', 'happy')
                enum type `public.mood` added
            alter type mood add value 'fine' before 'happy'
                enum type `public.mood`: values 'sad', 'happy' -> 'sad', 'fine', 'happy'
            alter type mood rename value 'sad' to 'blue'
                enum type `public.mood`: values 'sad', 'fine', 'happy' -> 'blue', 'fine', 'happy'
            create domain grade as int default 1 not null constraint small check (value < 7)
                domain `public.grade` added
                constraint `small on public.grade` added
            alter domain grade drop not null
                domain `public.grade`: nullable false -> true
            alter domain grade add constraint positive check (value > 0) not valid
                constraint `positive on public.grade` added
            create type address as (street text, town text)
                composite type `public.address` added
                column `public.address.street` added
                column `public.address.town` added
            alter type address add attribute zip int
                column `public.address.zip` added
            alter type address drop attribute street
                column `public.address.street` removed
            create type span as range (subtype = float8)
                range type `public.span` added
            create collation bytes (provider = libc, locale = 'C')
                collation `public.bytes` added
            create sequence tickets as smallint start 10 cache 5
                sequence `public.tickets` added
            alter sequence tickets maxvalue 100
                sequence `public.tickets`: maximum 32767 -> 100
            select nextval('tickets')
        "#]],
    )
    .await;
}

#[tokio::test]
async fn routines() {
    let database = TestDatabase::new("routines");
    tells(
        &database,
        &[],
        &[
            "create function twice(int) returns int language sql as 'select $1 * 2'",
            "create or replace function twice(int) returns int language sql immutable as 'select $1 * 2'",
            "create function twice(text) returns text language sql as 'select $1 || $1'",
            "alter function twice(text) set work_mem = '8MB'",
            "create procedure rest() language sql as 'select 1'",
            "create aggregate product(int) (sfunc = int4mul, stype = int, initcond = 1)",
            "create operator public.@+ (leftarg = int, rightarg = int, function = int4pl)",
            "create type box_of as (width int)",
            "create function width(box_of) returns int language sql as 'select $1.width'",
            "create cast (box_of as int) with function width(box_of) as assignment",
        ],
        &expect![[r#"
            create function twice(int) returns int language sql as 'select $1 * 2'
                function `public.twice(integer)` added
            create or replace function twice(int) returns int language sql immutable as 'select $1 * 2'
                function `public.twice(integer)`: definition CREATE OR REPLACE FUNCTION public.twice(integer)
             RETURNS integer
             LANGUAGE sql
            AS $function$select $1 * 2$function$ -> CREATE OR REPLACE FUNCTION public.twice(integer)
             RETURNS integer
             LANGUAGE sql
             IMMUTABLE
            AS $function$select $1 * 2$function$
            create function twice(text) returns text language sql as 'select $1 || $1'
                function `public.twice(text)` added
            alter function twice(text) set work_mem = '8MB'
                function `public.twice(text)`: definition CREATE OR REPLACE FUNCTION public.twice(text)
             RETURNS text
             LANGUAGE sql
            AS $function$select $1 || $1$function$ -> CREATE OR REPLACE FUNCTION public.twice(text)
             RETURNS text
             LANGUAGE sql
             SET work_mem TO '8MB'
            AS $function$select $1 || $1$function$
            create procedure rest() language sql as 'select 1'
                procedure `public.rest()` added
            create aggregate product(int) (sfunc = int4mul, stype = int, initcond = 1)
                aggregate `public.product(integer)` added
            create operator public.@+ (leftarg = int, rightarg = int, function = int4pl)
                operator `public.@+(integer,integer)` added
            create type box_of as (width int)
                composite type `public.box_of` added
                column `public.box_of.width` added
            create function width(box_of) returns int language sql as 'select $1.width'
                function `public.width(public.box_of)` added
            create cast (box_of as int) with function width(box_of) as assignment
                cast `(public.box_of AS integer)` added
        "#]],
    )
    .await;
}
