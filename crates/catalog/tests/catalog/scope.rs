//! What does not count as schema, and that reading changes nothing.

use crosstrack_catalog::Kind;
use crosstrack_testkit::{TestDatabase, dump_with_data};

use crate::support::{catalog, catalog_without, said};

#[tokio::test]
async fn an_empty_database_has_its_schema_and_its_language() {
    let database = TestDatabase::new("empty");
    let names: Vec<String> = catalog(&database).await.facts().map(|fact| fact.id.to_string()).collect();
    assert_eq!(
        names,
        [
            "schema `public`",
            "extension `plpgsql`",
            "grant `to PUBLIC on schema public`",
            "comment `on schema public`"
        ]
    );
}

#[tokio::test]
async fn the_journal_and_what_the_caller_names_are_left_out_with_all_their_parts() {
    let database = TestDatabase::new("left_out");
    let before = catalog(&database).await;
    database.sql(
        "create schema crosstrack; create table crosstrack.run (id int generated always as identity primary key); \
         create table ledger (version serial primary key, name text default 'x'); \
         create index ledger_name on ledger (name); comment on column ledger.name is 'a name'; \
         comment on index ledger_name is 'its names'; grant select on ledger to public; \
         create schema \"Auth\"; create table \"Auth\".ledger (id int)",
    );
    let after = catalog_without(&database, &["ledger", "\"Auth\".ledger", "not_there"]).await;
    assert_eq!(said(&before, &after), ["schema `\"Auth\"` added"]);
}

#[tokio::test]
#[expect(clippy::print_stdout, reason = "whoever looks for the test learns that it did not run")]
async fn what_belongs_to_an_extension_is_left_out() {
    let database = TestDatabase::new("extension");
    let contrib = "select count(*) from pg_available_extensions where name = 'citext'";
    if database.value(contrib) == "0" {
        println!("skipped: the server comes without contrib modules");
        return;
    }
    let before = catalog(&database).await;
    database.sql("create extension citext; create table people (name citext unique)");
    let after = catalog(&database).await;
    assert_eq!(
        said(&before, &after),
        [
            "extension `citext` added",
            "table `public.people` added",
            "column `public.people.name` added",
            "constraint `people_name_key on public.people` added",
            "index `public.people_name_key` added",
            "comment `on extension citext` added"
        ]
    );
}

#[tokio::test]
async fn a_column_that_was_dropped_and_added_again_is_as_before() {
    let database = TestDatabase::new("again");
    database.sql("create table users (id int, name text)");
    let before = catalog(&database).await;
    database.sql("alter table users drop name; alter table users add name text");
    assert_eq!(said(&before, &catalog(&database).await), [""; 0]);
    database.sql("alter table users drop id; alter table users add id int");
    assert_eq!(
        said(&before, &catalog(&database).await),
        [
            "table `public.users`: order public.users.id, public.users.name -> public.users.name, public.users.id"
        ]
    );
}

#[tokio::test]
async fn no_number_of_the_servers_is_in_a_fact() {
    let database = TestDatabase::new("numbers");
    let make = "create type mood as enum ('a'); create table t (id serial primary key, m mood, s int references t); \
                create index on t (m); create view v as select * from t; create publication p for table t; \
                create collation c (provider = libc, locale = 'C'); create function f(t) returns mood language sql as \
                'select $1.m'";
    let drop =
        "drop publication p; drop function f; drop collation c; drop view v; drop table t; drop type mood";
    database.sql(make);
    let before = catalog(&database).await;
    database.sql(drop);
    database.sql(make);
    assert_eq!(said(&before, &catalog(&database).await), [""; 0]);
    assert!(before.facts().any(|fact| fact.id.kind == Kind::Collation), "all of it was read");
}

#[tokio::test]
async fn reading_changes_nothing() {
    let database = TestDatabase::new("untouched");
    database.sql("create table users (id serial primary key); insert into users default values");
    let before = dump_with_data(&database);
    catalog(&database).await;
    assert_eq!(dump_with_data(&database), before);
}
