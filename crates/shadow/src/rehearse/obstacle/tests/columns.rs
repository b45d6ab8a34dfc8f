//! Types, defaults and domains of columns.

use super::answers;

#[test]
fn a_value_that_does_not_convert_is_named_by_the_server_s_error() {
    let made =
        "create table a (v text); create table wide (n bigint, w varchar(40), b bit varying(5), m numeric);";
    let filled =
        "insert into a values ('1'), ('x'); insert into wide values (5000000000, 'longer', b'101', 1234.5)";
    for (statement, answer) in [
        (
            "alter table a alter column v type int using v::int",
            "column public.a.v does not convert to integer: 22P02 invalid input syntax for type integer: \"x\"",
        ),
        (
            "alter table wide alter n type int",
            "column public.wide.n does not convert to integer: 22003 integer out of range",
        ),
        (
            "alter table wide alter w type varchar(3)",
            "column public.wide.w does not fit into character varying(3) in 1 row",
        ),
        (
            "alter table wide alter w type char(5)",
            "column public.wide.w does not fit into character(5) in 1 row",
        ),
        ("alter table wide alter b type bit(4)", "column public.wide.b does not fit into bit(4) in 1 row"),
        (
            "alter table wide alter b type varbit(2)",
            "column public.wide.b does not fit into bit varying(2) in 1 row",
        ),
        ("alter table wide alter m type numeric(5, 1)", ""),
        (
            "alter table wide alter m type numeric(3, 0)",
            "column public.wide.m does not convert to numeric(3,0): 22003 numeric field overflow",
        ),
    ] {
        let expected: Vec<String> = Some(answer)
            .filter(|answer| !answer.is_empty())
            .map(|answer| format!("1: {answer}"))
            .into_iter()
            .collect();
        assert_eq!(answers(made, filled, &[statement]), expected, "{statement}");
    }
}

#[test]
fn an_expression_of_the_script_s_own_is_the_one_that_is_asked() {
    let made = "create table a (v text, w varchar(40));";
    let filled = "insert into a values ('x', 'longer'), ('2', 'short   ')";
    for statement in [
        "alter table a alter v type int using nullif(v, 'x')::int",
        "alter table a alter w type varchar(3) using left(w, 3)",
        "alter table a alter w type varchar(3) using w::varchar(3), alter v type varchar(1)",
    ] {
        assert_eq!(answers(made, filled, &[statement]), [""; 0], "{statement}");
    }
    assert_eq!(
        answers(made, "insert into a values ('1', 'ab   ')", &["alter table a alter w type varchar(3)"]),
        [""; 0]
    );
}

#[test]
fn a_conversion_outside_of_alter_table_is_said_not_to_be_asked() {
    let made = "create table a (v text);";
    let plan = ["do $$ begin alter table a alter v type int using v::int; end $$"];
    assert_eq!(
        answers(made, "insert into a values ('1')", &plan),
        [
            "1: not asked: conversion of column public.a.v to integer: the conversion is not part of an ALTER TABLE statement"
        ]
    );
}

#[test]
fn a_value_that_an_enum_type_loses_is_found() {
    let made = "create type st as enum ('new', 'gone'); create table en (st st, list st[]);";
    let plan = [
        "alter type st rename to st_former",
        "create type st as enum ('new')",
        "alter table en alter st type st using st::text::st",
        "alter table en alter list type st[] using list::text[]::st[]",
        "drop type st_former",
    ];
    assert_eq!(
        answers(made, "insert into en values ('gone', '{new,gone}'), ('new', '{new}'), (null, null)", &plan),
        [
            "3: column public.en.st has values that the new type public.st does not have, in 1 row",
            "4: column public.en.list has values that the new type public.st does not have, in 1 row"
        ]
    );
    assert_eq!(answers(made, "insert into en values ('new', '{new}')", &plan), [""; 0]);
    let mapped = [
        "create type other as enum ('new')",
        "alter table en alter st type other using (case st when 'gone' then 'new' else st::text end)::other",
    ];
    assert_eq!(answers(made, "insert into en values ('gone', '{}')", &mapped), [""; 0]);
}

#[test]
fn a_value_that_is_new_to_an_enum_type_is_not_asked_of_a_database_without_it() {
    let made = "create type st as enum ('new'); create table en (s st);";
    let plan = ["alter type st add value 'gone'", "alter table en add check (s <> 'gone')"];
    assert_eq!(
        answers(made, "insert into en values ('new')", &plan),
        [
            "2: not asked: constraint en_s_check on public.en: its expression uses `st`, which the plan makes or changes"
        ]
    );
}

#[test]
fn a_domain_is_asked_of_every_column() {
    let made = "create domain plus as int; create domain more as plus; create table dom (p plus, m more); create table other (p plus);";
    let filled = "insert into dom values (-1, 1), (1, null); insert into other values (-5), (-6)";
    assert_eq!(
        answers(made, filled, &["alter domain plus add check (value > 0)"]),
        [
            "1: constraint plus_check of domain public.plus in column public.dom.p does not hold for 1 row",
            "1: constraint plus_check of domain public.plus in column public.other.p does not hold for 2 rows"
        ]
    );
    assert_eq!(
        answers(made, filled, &["alter domain more set not null"]),
        ["1: domain public.more in column public.dom.m is NOT NULL, and the column is null in 1 row"]
    );
    assert_eq!(
        answers(made, filled, &["alter domain plus add constraint c check (value > 0) not valid"]),
        [""; 0]
    );
    assert_eq!(
        answers(
            made,
            filled,
            &[
                "alter domain more add constraint c check (value > 1) not valid",
                "alter domain more validate constraint c"
            ]
        ),
        ["2: constraint c of domain public.more in column public.dom.m does not hold for 1 row"]
    );
}

#[test]
fn a_column_of_a_domain_that_the_plan_makes_is_asked() {
    let made = "create table a (id int);";
    let filled = "insert into a values (1), (-1)";
    assert_eq!(
        answers(
            made,
            filled,
            &["create domain plus as int check (value > 0)", "alter table a alter id type plus"]
        ),
        ["2: constraint plus_check of domain public.plus in column public.a.id does not hold for 1 row"]
    );
    assert_eq!(
        answers(made, filled, &["create domain sure as int not null", "alter table a add s sure"]),
        ["2: domain public.sure in column public.a.s is NOT NULL, and the column is null in 2 rows"]
    );
    assert_eq!(
        answers(made, filled, &["create domain sure as int not null default 1", "alter table a add s sure"]),
        [""; 0]
    );
}

#[test]
fn an_expression_that_fails_for_a_row_is_found() {
    let made = "create table a (id int, v text);";
    let filled = "insert into a values (0, 'x'), (1, '2')";
    for (statement, answer) in [
        (
            "alter table a add g int generated always as (v::int) stored",
            "value of the new column public.a.g cannot be computed: 22P02 invalid input syntax for type integer: \"x\"",
        ),
        (
            "create index on a ((v::int))",
            "index a_v_idx on public.a cannot be built: 22P02 invalid input syntax for type integer: \"x\"",
        ),
        (
            "create index part on a (id) where 1 / id > 0",
            "index part on public.a cannot be built: 22012 division by zero",
        ),
        (
            "create unique index part on a ((1 / id))",
            "unique index part on public.a cannot be computed: 22012 division by zero",
        ),
        (
            "alter table a add check (1 / id > 0)",
            "constraint a_id_check on public.a cannot be computed: 22012 division by zero",
        ),
        (
            "alter table a add r int default (1 / (random() * 0)::int)",
            "value of the new column public.a.r cannot be computed: 22012 division by zero",
        ),
        (
            "alter table a add g int generated always as (nullif(id, 0)) stored not null",
            "column public.a.g is to take no null, and is null in 1 row",
        ),
    ] {
        assert_eq!(answers(made, filled, &[statement]), [format!("1: {answer}")], "{statement}");
        assert_eq!(answers(made, "", &[statement]), [""; 0], "{statement}");
    }
}

#[test]
fn a_value_that_nothing_keeps_from_being_computed_is_not_held_against_the_plan() {
    let made = "create table a (id int, v text);";
    let filled = "insert into a values (0, 'x'), (1, '2')";
    for statement in [
        "alter table a add n bigserial",
        "alter table a add n int generated always as identity primary key",
        "alter table a add n uuid not null default gen_random_uuid()",
        "alter table a add n timestamptz not null default now()",
        "create index part on a ((1 / id)) where id > 0",
        "alter table a add n int default 3 not null check (n > 2)",
    ] {
        assert_eq!(answers(made, filled, &[statement]), [""; 0], "{statement}");
    }
}

#[test]
fn a_column_of_an_enum_type_that_the_plan_makes_has_its_default() {
    let made = "create table a (id int);";
    let plan = [
        "create type st as enum ('new', 'gone')",
        "alter table a add s st not null default 'new', add l st[] not null default '{}'",
        "alter table a add t st not null",
    ];
    assert_eq!(answers(made, "insert into a values (1)", &plan[..2]), [""; 0]);
    assert_eq!(
        answers(made, "insert into a values (1)", &plan),
        ["3: column public.a.t is added without a value and takes no null, and public.a has 1 row"]
    );
}
