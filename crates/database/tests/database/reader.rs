//! The server itself refuses what a reader must not do.

use crosstrack_database::Reader;
use crosstrack_testkit::{TestDatabase, dump_with_data};

const TABLE: &str =
    "create table a (b int); insert into a values (1); create sequence s; create view v as select 1 as c";

const WRITES: [&str; 18] = [
    "insert into a values (2)",
    "update a set b = 2",
    "delete from a",
    "merge into a using a as o on false when not matched then insert values (2)",
    "truncate a",
    "create table c ()",
    "create index on a (b)",
    "create schema crosstrack",
    "create extension if not exists plpgsql",
    "alter table a add d int",
    "drop view v",
    "comment on table a is 'x'",
    "grant select on a to public",
    "select nextval('s')",
    "select setval('s', 7)",
    "select * from a for update",
    "with w as (insert into a values (2) returning b) select * from w",
    "do $$ begin insert into a values (2); end $$",
];

async fn reader(database: &TestDatabase) -> Reader {
    database.database().await.reader().await.unwrap()
}

#[tokio::test]
async fn every_write_is_refused_by_the_server() {
    let database = TestDatabase::new("writes");
    database.sql(TABLE);
    let before = dump_with_data(&database);
    let mut reader = reader(&database).await;
    for write in WRITES {
        let error = reader.snapshot().rows("try a write", write).await.unwrap_err();
        assert_eq!(error.server_error().unwrap().code, "25006", "{write}");
    }
    // What cannot be in a transaction cannot be run here either.
    for write in ["vacuum a", "create index concurrently on a (b)", "create database nothing"] {
        let error = reader.snapshot().rows("try a write", write).await.unwrap_err();
        let code = &error.server_error().unwrap().code;
        assert!(code == "25001" || code == "25006", "{write}: {code}");
    }
    assert_eq!(dump_with_data(&database), before);
}

#[tokio::test]
async fn a_snapshot_that_has_looked_cannot_be_made_writable() {
    let database = TestDatabase::new("writable");
    database.sql(TABLE);
    let mut reader = reader(&database).await;
    let escapes = [
        "set transaction read write",
        "set transaction_read_only = off",
        "set local transaction_read_only to off",
    ];
    for escape in escapes {
        let snapshot = reader.snapshot();
        snapshot.rows("look", "select * from a").await.unwrap();
        let error = snapshot.rows("make it writable", escape).await.unwrap_err();
        assert_eq!(error.server_error().unwrap().code, "25001", "{escape}");
    }
}

#[tokio::test]
async fn a_snapshot_does_not_see_what_others_commit_meanwhile() {
    let database = TestDatabase::new("view");
    database.sql(TABLE);
    let mut reader = reader(&database).await;
    let snapshot = reader.snapshot();
    let count = "select count(*) as n from a";
    assert_eq!(snapshot.rows("count", count).await.unwrap()[0].number::<u32>("n").unwrap(), 1);
    database.sql("insert into a values (2)");
    assert_eq!(snapshot.rows("count", count).await.unwrap()[0].number::<u32>("n").unwrap(), 1);
    snapshot.end().await.unwrap();
    let next = reader.snapshot().rows("count", count).await.unwrap();
    assert_eq!(next[0].number::<u32>("n").unwrap(), 2);
}

#[tokio::test]
async fn a_new_snapshot_works_after_a_refused_query() {
    let database = TestDatabase::new("refused");
    let mut reader = reader(&database).await;
    for _ in 0..2 {
        let snapshot = reader.snapshot();
        assert!(snapshot.rows("fail", "select * from nothing").await.is_err());
        let error = snapshot.rows("look again", "select 1").await.unwrap_err();
        assert_eq!(error.server_error().unwrap().code, "25P02");
    }
    let snapshot = reader.snapshot();
    assert_eq!(snapshot.rows("look", "select 1 as one").await.unwrap()[0].text("one").unwrap(), "1");
    snapshot.end().await.unwrap();
}

/// A snapshot that stays would make a concurrent index build wait for ever.
#[tokio::test]
async fn nothing_of_a_snapshot_stays_when_it_is_ended() {
    let database = TestDatabase::new("ended");
    let mut reader = reader(&database).await;
    let held = "select state, backend_xmin is null from pg_stat_activity \
                where datname = current_database() and application_name like '%reads%'";
    let snapshot = reader.snapshot();
    snapshot.rows("look", "select 1").await.unwrap();
    assert_eq!(database.rows(held), ["idle in transaction|f"]);
    snapshot.end().await.unwrap();
    assert_eq!(database.rows(held), ["idle|t"]);
}

#[tokio::test]
async fn queries_that_are_awaited_together_see_the_same() {
    let database = TestDatabase::new("together");
    database.sql(TABLE);
    let mut reader = reader(&database).await;
    let snapshot = reader.snapshot();
    let sql = "select txid_current_snapshot()::text as seen, now()::text as at";
    let (one, other, third) =
        tokio::join!(snapshot.rows("look", sql), snapshot.rows("look", sql), snapshot.rows("look", sql));
    let text = |rows: Vec<crosstrack_database::Row>| {
        (rows[0].text("seen").unwrap().to_owned(), rows[0].text("at").unwrap().to_owned())
    };
    let one = text(one.unwrap());
    assert!(one == text(other.unwrap()) && one == text(third.unwrap()));
}

#[tokio::test]
async fn values_are_printed_alike_whatever_the_database_sets() {
    let database = TestDatabase::new("printed");
    let name = database.name();
    database.sql(&format!(
        "alter database {name} set timezone to 'Asia/Tokyo'; alter database {name} set datestyle to 'German'"
    ));
    let mut reader = reader(&database).await;
    let sql = "select '2025-01-02 03:04:05+00'::timestamptz::text as moment, null as nothing, true as yes";
    let rows = reader.snapshot().rows("look", sql).await.unwrap();
    assert_eq!(rows[0].text("moment").unwrap(), "2025-01-02 03:04:05+00");
    assert_eq!(rows[0].optional("nothing").unwrap(), None);
    assert!(rows[0].truth("yes").unwrap());
    assert!(rows[0].optional("elsewhere").is_err());
    assert!(rows[0].number::<i64>("yes").is_err());
}
