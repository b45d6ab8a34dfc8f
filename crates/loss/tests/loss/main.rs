//! What one catalog loses on the way to another, counted on a real server.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so")]

use crosstrack_catalog::{Catalog, Scope, differences, read_catalog};
use crosstrack_database::{Database, Reader};
use crosstrack_loss::{count, losses};
use crosstrack_testkit::TestDatabase;

/// A database as it is, and the losses when statements are run in another one that began the same.
fn lost(made: &str, filled: &str, changed: &str) -> Vec<String> {
    let (live, scratch) = (TestDatabase::new("loss"), TestDatabase::new("loss"));
    live.sql(made);
    live.sql(filled);
    scratch.sql(made);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut reader = reader(&scratch).await;
        let before = catalog(&mut reader).await;
        scratch.sql(changed);
        let after = catalog(&mut reader).await;
        let lost = losses(&differences(&before, &after));
        let mut reader = self::reader(&live).await;
        let snapshot = reader.snapshot();
        let counted = count(&snapshot, &lost).await.expect("counts");
        let still_reads = snapshot.rows("go on", "SELECT 1 AS one").await.expect("an answer");
        assert_eq!(still_reads.len(), 1, "the view must outlive the counting");
        snapshot.end().await.expect("an end");
        counted.iter().map(ToString::to_string).collect()
    })
}

async fn reader(database: &TestDatabase) -> Reader {
    let (_, reader) =
        Database::connect(database.target(), "crosstrack test".to_owned()).await.expect("a session");
    reader
}

async fn catalog(reader: &mut Reader) -> Catalog {
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, &Scope::default()).await.expect("a catalog");
    snapshot.end().await.expect("an end");
    catalog
}

#[test]
fn tables_columns_views_and_sequences_are_counted_where_the_data_is() {
    let made = "create table herbs (id int, name text); create table roots (id int); create sequence numbers; \
                create materialized view totals as select 1 as one; create table \"Odd one\" (\"A b\" text, c int);";
    let filled = "insert into herbs select n, case when n <= 311 then 'x' end from generate_series(1, 1204) n; \
                  select nextval('numbers'); insert into \"Odd one\" values ('x', 1)";
    let changed = "alter table herbs drop name; drop table roots; drop sequence numbers; drop materialized view totals; \
                   alter table \"Odd one\" drop \"A b\"";
    assert_eq!(
        lost(made, filled, changed),
        [
            "drops table public.roots: 0 rows",
            "drops materialized view public.totals: 1 row",
            "drops sequence public.numbers: it stands at 1",
            "drops column public.\"Odd one\".\"A b\": 1 value",
            "drops column public.herbs.name: 311 values",
        ]
    );
}

#[test]
fn values_of_enum_types_are_looked_for_in_every_column() {
    let made =
        "create type part as enum ('leaf', 'root', 'bark'); create table herbs (part part, parts part[]);";
    let filled = "insert into herbs values ('leaf', '{root,leaf}'), ('root', null), ('bark', '{bark}')";
    let changed = "alter table herbs alter part type text, alter parts type text[]; drop type part; \
                   create type part as enum ('bark'); alter table herbs alter part type part using part::part, \
                   alter parts type part[] using parts::part[]";
    assert_eq!(
        lost(made, filled, changed),
        ["drops value 'leaf' of type public.part: 2 rows", "drops value 'root' of type public.part: 2 rows"]
    );
}

#[test]
fn a_narrower_type_loses_what_does_not_come_back_the_same() {
    let made = "create table herbs (a bigint, b text, c numeric, d bigint, e json, f integer);";
    let filled = "insert into herbs values (1, 'leaf', 1.5, 5000000000, '1', 1), (2, 'a', 2, 1, '2', 2)";
    let changed = "alter table herbs alter a type int, alter b type varchar(2), alter c type numeric(4, 0), \
                   alter d type int, alter e type jsonb, alter f type bigint";
    assert_eq!(
        lost(made, filled, changed),
        [
            "changes column public.herbs.a from bigint to integer: 0 values not the same again",
            "changes column public.herbs.b from text to character varying(2): 1 value not the same again",
            "changes column public.herbs.c from numeric to numeric(4,0): 1 value not the same again",
            "changes column public.herbs.d from bigint to integer: some values do not fit: integer out of range",
            "changes column public.herbs.e from json to jsonb: 0 values not the same again",
        ]
    );
}

#[test]
fn partitions_are_counted_with_their_whole() {
    let made = "create table events (id int) partition by range (id); \
                create table events_1 partition of events for values from (0) to (10); \
                create table events_2 partition of events for values from (10) to (20);";
    let filled = "insert into events select generate_series(0, 14)";
    assert_eq!(lost(made, filled, "drop table events"), ["drops table public.events: 15 rows"]);
    assert_eq!(lost(made, filled, "drop table events_2"), ["drops table public.events_2: 5 rows"]);
}
