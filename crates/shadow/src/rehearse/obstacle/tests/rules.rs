//! Constraints and indexes of tables.

use crosstrack_testkit::TestDatabase;

use super::{answers, rehearsed};

const A: &str = "create table a (id int, v text);";

#[test]
fn rows_that_exclude_each_other_are_found() {
    let plan = ["alter table a add exclude using btree (v with =)"];
    assert_eq!(
        answers(A, "insert into a values (1, 'x'), (2, 'x'), (3, 'y'), (4, null), (5, null)", &plan),
        ["1: exclusion constraint a_v_excl on public.a cannot be built: an earlier row excludes 1 row"]
    );
    let made = "create table booked (during int4range, cancelled bool);";
    let plan = ["alter table booked add exclude using gist (during with &&) where (not cancelled)"];
    assert_eq!(answers(made, "insert into booked values ('[1,5)', false), ('[4,6)', true)", &plan), [""; 0]);
    assert_eq!(answers(made, "insert into booked values ('[1,5)', false), ('[4,6)', false)", &plan).len(), 1);
}

#[test]
fn a_constraint_is_asked_when_it_is_validated() {
    let filled = "insert into a values (1, null), (2, 'x')";
    assert_eq!(answers(A, filled, &["alter table a add constraint c check (id > 1) not valid"]), [""; 0]);
    assert_eq!(
        answers(
            A,
            filled,
            &[
                "alter table a add constraint c check (id > 1) not valid",
                "alter table a validate constraint c"
            ]
        ),
        ["2: constraint c on public.a does not hold for 1 row"]
    );
    assert_eq!(
        answers(A, filled, &["alter table a add primary key (v)"]),
        ["1: column public.a.v is to take no null, and is null in 1 row"]
    );
}

#[test]
fn what_the_plan_writes_before_may_change_the_answer() {
    let filled = "insert into a values (1, null)";
    let strict = "alter table a alter v set not null";
    assert_eq!(
        answers(A, filled, &["update a set v = (select 'x') where v is null", strict]),
        ["2: perhaps column public.a.v is to take no null, and is null in 1 row"]
    );
    assert_eq!(answers(A, filled, &["truncate a", strict]), [""; 0]);
    let made = "create table users (id int primary key); create table a (id int references users on delete cascade, v text);";
    let filled = "insert into users values (1); insert into a values (1, null)";
    assert_eq!(
        answers(made, filled, &["delete from users where id = 1", strict]),
        ["2: perhaps column public.a.v is to take no null, and is null in 1 row"]
    );
}

#[test]
fn a_plain_update_or_delete_is_followed_row_by_row() {
    let filled = "insert into a values (1, null), (2, null), (3, 'x')";
    let strict = "alter table a alter v set not null";
    assert_eq!(answers(A, filled, &["update a set v = 'y' where v is null", strict]), [""; 0]);
    assert_eq!(
        answers(A, filled, &["update a as x set v = 'y' where x.v is null and id < 2", strict]),
        ["2: column public.a.v is to take no null, and is null in 1 row"]
    );
    assert_eq!(answers(A, filled, &["delete from a where v is null", strict]), [""; 0]);
    assert_eq!(
        answers(A, filled, &["delete from a where id = 1", strict]),
        ["2: column public.a.v is to take no null, and is null in 1 row"]
    );
    assert_eq!(
        answers(A, filled, &["update a set id = 1 / (id - 1)"]),
        ["1: the new values in public.a cannot be computed: 22012 division by zero"]
    );
    assert_eq!(answers(A, filled, &["update a set id = 1 / (id - 1) where id > 1"]), [""; 0]);
    assert_eq!(
        answers(A, filled, &["update a set v = id", "alter table a alter v type int using v::int"]),
        [""; 0]
    );
}

#[test]
fn a_trigger_makes_an_update_one_that_is_not_followed() {
    let made = "create table a (id int, v text); create function keep() returns trigger language plpgsql as                 'begin return old; end'; create trigger keep before update on a for each row execute function keep();";
    let plan = ["update a set v = null", "alter table a alter v set not null"];
    assert_eq!(answers(made, "insert into a values (1, 'x')", &plan), [""; 0]);
}

#[test]
fn columns_that_the_plan_renames_adds_or_converts_are_asked_as_they_are_then() {
    let filled = "insert into a values (1, '-3'), (1, '3')";
    let plan = [
        "alter table a rename v to w",
        "alter table a rename to b",
        "alter table b alter w type int using w::int",
        "alter table b add check (w > 0)",
        "alter table b add n int default 5",
        "alter table b add constraint few check (n < 5)",
        "create unique index twice on b (n)",
    ];
    assert_eq!(
        answers(A, filled, &plan),
        [
            "4: constraint b_w_check on public.a does not hold for 2 rows".replace("2 rows", "1 row"),
            "6: constraint few on public.a does not hold for 2 rows".to_owned(),
            "7: unique index twice on public.a cannot be built: more than one row has each of 1 key"
                .to_owned()
        ]
    );
}

#[test]
fn a_unique_index_is_asked_again_when_its_column_is_converted() {
    let made = "create table a (id bigint unique);";
    let filled = "insert into a values (1), (11)";
    assert_eq!(
        answers(made, filled, &["alter table a alter id type int using id % 10"]),
        ["1: unique index a_id_key on public.a cannot be built: more than one row has each of 1 key"]
    );
    assert_eq!(answers(made, filled, &["alter table a alter id type int"]), [""; 0]);
}

#[test]
fn an_index_of_a_table_is_not_about_the_tables_that_inherit_from_it() {
    let made = "create table whole (id int); create table part () inherits (whole);";
    let filled = "insert into whole values (1); insert into part values (1)";
    assert_eq!(answers(made, filled, &["create unique index on whole (id)"]), [""; 0]);
    assert_eq!(
        answers(made, filled, &["alter table whole add constraint c check (id > 1) no inherit"]),
        ["1: constraint c on public.whole does not hold for 1 row"]
    );
    assert_eq!(
        answers(made, filled, &["alter table whole add constraint c check (id > 1)"]),
        ["1: constraint c on public.whole does not hold for 2 rows"]
    );
}

#[test]
fn a_foreign_key_to_a_table_of_the_plan_finds_nothing_in_it_unless_the_plan_fills_it() {
    let filled = "insert into a values (1, 'x'), (null, 'y')";
    let made = "create table b (id int primary key)";
    let key = "alter table a add foreign key (id) references b";
    assert_eq!(
        answers(A, filled, &[made, key]),
        ["2: foreign key a_id_fkey on public.a finds nothing in public.b for 1 row"]
    );
    assert_eq!(
        answers(A, filled, &[made, "insert into b select id from a where id is not null", key]),
        ["3: not asked: foreign key a_id_fkey on public.a: the plan fills public.b"]
    );
    let made = "create table a (x int, y int); create table b (x int, y int, unique (x, y));";
    let plan = ["alter table a add foreign key (x, y) references b (x, y) match full"];
    assert_eq!(answers(made, "insert into a values (1, null)", &plan).len(), 1);
    assert_eq!(answers(made, "insert into a values (null, null)", &plan), [""; 0]);
}

#[test]
fn a_routine_that_the_plan_changes_is_not_asked() {
    let made = "create function f(int) returns bool language sql immutable as 'select $1 > 0'; create table a (id int);";
    let plan = [
        "create or replace function f(int) returns bool language sql immutable as 'select $1 < 0'",
        "alter table a add check (f(id))",
    ];
    assert_eq!(
        answers(made, "insert into a values (-1)", &plan),
        [
            "2: not asked: constraint a_id_check on public.a: its expression uses `f`, which the plan makes or changes"
        ]
    );
}

#[test]
fn an_index_of_a_materialized_view_is_asked() {
    let made = "create table a (id int); create materialized view m as select 1 as id from a;";
    let filled = "insert into a values (1), (2); refresh materialized view m";
    assert_eq!(
        answers(made, filled, &["create unique index one on m (id)"]),
        ["1: unique index one on public.m cannot be built: more than one row has each of 1 key"]
    );
}

#[test]
fn names_are_found_on_the_search_path_of_the_script() {
    let made = "create schema own; create function own.f(int) returns bool language sql immutable as 'select $1 > 0'; \
                create table own.a (id int, v text);";
    let plan = [
        "set search_path to own",
        "alter table a add check (f(id))",
        "alter table a alter v type int using case when f(id) then 1 else v::int end",
    ];
    assert_eq!(
        answers(made, "insert into own.a values (-1, '1'), (1, 'x')", &plan),
        ["2: constraint a_id_check on own.a does not hold for 1 row"]
    );
}

#[test]
fn a_table_that_another_session_holds_is_said_to_give_no_answer() {
    let (live, copy) = (TestDatabase::new("live"), TestDatabase::new("copy"));
    live.sql(A);
    copy.sql(A);
    let plan = ["alter table a add check (id > 0)"];
    let lines = tokio::runtime::Runtime::new().unwrap().block_on(async {
        let holder = live.session("holder").await;
        holder.rows("hold a table", "BEGIN; LOCK TABLE a").await.unwrap();
        rehearsed(&live, &copy, &plan).await.0
    });
    assert_eq!(lines, ["1: not asked: constraint a_id_check on public.a: no answer in time"]);
}
