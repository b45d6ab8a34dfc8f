//! Partitions and their bounds.

use super::answers;

const LISTED: &str = "create table pt (id int, k int) partition by list (k); create table pt_rest partition of pt default; \
                      create table loose (id int, k int);";

#[test]
fn a_new_partition_takes_no_row_of_the_default_one() {
    let filled = "insert into pt values (1, 5), (2, 5), (3, 6)";
    assert_eq!(
        answers(LISTED, filled, &["create table pt_5 partition of pt for values in (5)"]),
        ["1: partition bound of public.pt_rest does not allow 2 rows"]
    );
    assert_eq!(answers(LISTED, filled, &["create table pt_7 partition of pt for values in (7)"]), [""; 0]);
}

#[test]
fn an_attached_table_holds_no_row_outside_its_bounds() {
    let attach = ["alter table pt attach partition loose for values in (7)"];
    assert_eq!(
        answers(LISTED, "insert into loose values (1, 8), (2, null), (3, 7)", &attach),
        ["1: partition bound of public.loose does not allow 2 rows"]
    );
    assert_eq!(answers(LISTED, "insert into loose values (3, 7)", &attach), [""; 0]);
}

#[test]
fn a_default_partition_that_is_split_is_asked_again() {
    let made = "create table d (day date) partition by range (day); create table d_1 partition of d for values from (minvalue) to \
                ('2026-01-01'); create table d_rest partition of d default partition by range (day); \
                create table d_rest_all partition of d_rest default;";
    let filled = "insert into d values ('2026-02-03'), ('2025-02-03')";
    assert_eq!(
        answers(
            made,
            filled,
            &["create table d_2 partition of d for values from ('2026-01-01') to ('2026-03-01')"]
        ),
        ["1: partition bound of public.d_rest does not allow 1 row"]
    );
    assert_eq!(
        answers(
            made,
            filled,
            &["alter table d detach partition d_rest", "alter table d attach partition d_rest default"]
        ),
        [""; 0]
    );
}

#[test]
fn a_hash_partition_is_asked_by_the_database_s_own_numbers() {
    let made = "create table unrelated (id int); create table h (id int) partition by hash (id); create table loose (id int);";
    let attach = ["alter table h attach partition loose for values with (modulus 4, remainder 0)"];
    let filled = "drop table unrelated; insert into loose select generate_series(1, 20)";
    assert_eq!(answers(made, filled, &attach).len(), 1);
    assert!(
        answers(made, filled, &attach)[0].starts_with("1: partition bound of public.loose does not allow 1")
    );
    assert_eq!(answers(made, "", &attach), [""; 0]);
}

#[test]
fn what_an_attached_table_gets_from_the_whole_is_asked_too() {
    let made = "create table users (id int primary key); \
                create table pt (id int references users, k int, unique (id, k)) partition by list (k); \
                create table loose (id int, k int);";
    let filled = "insert into users values (1); insert into loose values (1, 7), (1, 7), (2, 7)";
    assert_eq!(
        answers(made, filled, &["alter table pt attach partition loose for values in (7)"]),
        [
            "1: foreign key pt_id_fkey on public.loose finds nothing in public.users for 1 row",
            "1: unique index loose_id_k_key on public.loose cannot be built: more than one row has each of 1 key"
        ]
    );
}

#[test]
fn a_foreign_key_to_a_partitioned_table_is_asked_of_the_whole() {
    let made = "create table pt (k int primary key) partition by list (k); create table pt_1 partition of pt for values in (1); \
                create table pt_2 partition of pt for values in (2); create table own (k int);";
    let plan = ["alter table own add foreign key (k) references pt"];
    assert_eq!(
        answers(made, "insert into pt values (1), (2); insert into own values (1), (2)", &plan),
        [""; 0]
    );
    assert_eq!(
        answers(made, "insert into pt values (1), (2); insert into own values (1), (3)", &plan),
        ["1: foreign key own_k_fkey on public.own finds nothing in public.pt for 1 row"]
    );
}

#[test]
fn a_question_about_the_whole_is_not_repeated_for_each_partition() {
    let made = "create table pt (id int, k text) partition by list (id); create table pt_1 partition of pt for values in (1);";
    let filled = "insert into pt values (1, null)";
    assert_eq!(
        answers(made, filled, &["alter table pt alter k set not null"]),
        ["1: column public.pt.k is to take no null, and is null in 1 row"]
    );
    assert_eq!(
        answers(made, "insert into pt values (1, 'x')", &["alter table pt alter k type int using k::int"]),
        [
            "1: column public.pt.k does not convert to integer: 22P02 invalid input syntax for type integer: \"x\""
        ]
    );
}

#[test]
fn rows_that_the_plan_moves_itself_are_not_held_against_it() {
    let filled = "insert into pt values (1, 5)";
    let plan = [
        "create table pt_5 (like pt)",
        "with moved as (delete from pt_rest where k = 5 returning *) insert into pt_5 select * from moved",
        "alter table pt attach partition pt_5 for values in (5)",
    ];
    assert_eq!(
        answers(LISTED, filled, &plan),
        ["3: perhaps partition bound of public.pt_rest does not allow 1 row"]
    );
    assert_eq!(
        answers(LISTED, filled, &["truncate pt", "create table pt_5 partition of pt for values in (5)"]),
        [""; 0]
    );
}
