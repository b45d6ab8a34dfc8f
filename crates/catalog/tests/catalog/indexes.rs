//! Definitions of indexes and constraints are the server's, whoever has put them together.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Kind, Scope, read_catalog};
use crosstrack_testkit::TestDatabase;

use crate::support::{catalog, said};

/// One index of each form that a definition can have, plain ones among them.
const INDEXES: &str = r#"
create schema "Odd schema";
create domain word as text;
create type mood as enum ('sad', 'ok');
create type pair as (a int, b int);
create collation backwards (provider = libc, locale = 'C');
create operator class odd_ops for type int using btree as operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >,
    function 1 btint4cmp(int, int);
create table t (id int primary key, "Name" text unique, code varchar(10), fixed char(4), n name, w word, m mood, p pair, tags text[], at timestamptz,
    german text collate "C", body jsonb, words tsvector, span int4range, place point, address inet, amount numeric(10, 2), key uuid, constraint twice
    unique (code, at) include (id), exclude using gist (span with &&));
create unique index "Odd index" on t ("Name", code desc, at nulls first, amount desc nulls last);
create index on t (code);
create index on t (fixed);
create index on t (n);
create index on t (w);
create index on t (m);
create index on t (p);
create index on t (tags);
create index on t (german);
create index on t (german collate "POSIX");
create index on t (code collate backwards);
create index on t (code varchar_pattern_ops);
create index on t (code text_pattern_ops, id odd_ops);
create index on t (address, key);
create index on t (lower(code));
create index on t (id, lower(code), at desc);
create index on t (id) where at is null;
create unique index on t (code, at desc) where m = 'ok' and (code in ('a', 'b') or lower(w) <> '');
create index on t (id) where amount > 1.5 and m is not null;
create index on t (id) where key is null and body ? 'a' and at > '2026-01-01 00:00Z';
create unique index on t (id) include (code);
create index on t (id) with (fillfactor = 70);
create index on t using hash (id);
create index on t using gin (body jsonb_path_ops);
create index on t using gin (words) with (fastupdate = off);
create index on t using gist (place);
create index on t using brin (at) with (pages_per_range = 4);
create table "Odd schema"."Odd table" ("a ""b""" int, "select" int);
create index on "Odd schema"."Odd table" ("a ""b""", "select");
create table parts (id int, at date, primary key (id, at)) partition by range (at);
create table parts_1 partition of parts for values from ('2026-01-01') to ('2027-01-01');
create index on parts (at desc);
create index on only parts (id);
create materialized view seen as select id, code from t;
create unique index on seen (id);
create table keys (a int, b int, "C d" text, primary key (b, a), unique ("C d", a), unique (b) include (a), unique (a) deferrable,
    constraint later unique (b, "C d") deferrable initially deferred, constraint filled unique (a, b) with (fillfactor = 50));
create table shape_1 (a int, b int);
create table shape_2 (a int, c int);
create table shape_3 (a int, b int);
create index on shape_1 (a) where b > 0;
create index on shape_2 (a) where c > 0;
create index on shape_3 (a) where b > 0;
create table no_columns ();
create index on no_columns ((1));
create table one_is_gone (gone int, a int, b int, unique (a, b));
alter table one_is_gone drop column gone;
alter table t rename column amount to sum;
alter table t alter column german type varchar(20) collate "C";
"#;

#[tokio::test]
async fn every_definition_of_an_index_is_the_servers() {
    let database = TestDatabase::new("indexes");
    database.sql(INDEXES);
    if database.value("select current_setting('server_version_num')::int >= 150000") == "t" {
        database.sql("create unique index on t (key) nulls not distinct");
    }
    let found = definitions(&catalog(&database).await, Kind::Index);
    database.sql("set search_path to ''");
    let names = "from pg_index x join pg_class c on c.oid = x.indexrelid join pg_namespace n on n.oid = c.relnamespace \
                 where n.nspname in ('public', 'Odd schema')";
    assert_eq!(database.value(&format!("select count(*) {names}")), found.len().to_string());
    for (name, definition) in found {
        let quoted = name.replace('\'', "''");
        let servers = database.value(&format!("select pg_get_indexdef('{quoted}'::regclass)"));
        assert_eq!(definition, servers, "{name}");
    }
}

#[tokio::test]
async fn every_definition_of_a_constraint_is_the_servers() {
    let database = TestDatabase::new("constraints");
    database.sql(INDEXES);
    if database.value("select current_setting('server_version_num')::int >= 150000") == "t" {
        database.sql("alter table keys add unique nulls not distinct (a, \"C d\")");
    }
    let found = definitions(&catalog(&database).await, Kind::Constraint);
    database.sql("set search_path to ''");
    assert!(found.len() > 10, "{found:?}");
    for (name, definition) in found {
        let quoted = name.replace('\'', "''");
        let servers = database.value(&format!(
            "select pg_get_constraintdef(oid) from pg_constraint \
             where quote_ident(conname) || ' on ' || conrelid::regclass = '{quoted}'"
        ));
        assert_eq!(definition, servers, "{name}");
    }
}

/// From 10,000 relations on, another session reads along.
#[tokio::test]
async fn a_large_schema_has_the_facts_of_a_small_one_and_its_own() {
    let (small, large) = (TestDatabase::new("small"), TestDatabase::new("large"));
    small.sql(INDEXES);
    large.sql(INDEXES);
    large.sql(
        "do $$ begin for i in 1..9800 loop execute format('create type many_%s as (a int)', i); end loop; end $$",
    );
    let differences = said(&catalog(&small).await, &catalog(&large).await);
    let (many, others): (Vec<&String>, Vec<&String>) =
        differences.iter().partition(|difference| difference.contains("public.many_"));
    assert_eq!((many.len(), others), (2 * 9800, Vec::new()));
}

/// The server writes texts of what is there now, also for an older view.
#[tokio::test]
async fn a_table_that_goes_meanwhile_takes_no_definition_of_another_with_it() {
    let database = TestDatabase::new("meanwhile");
    database.sql(INDEXES);
    let mut reader = database.database().await.reader().await.expect("the test server answers");
    let snapshot = reader.snapshot();
    snapshot.rows("open the view", "select 1").await.expect("the test server answers");
    database.sql("drop table shape_1");
    let read = read_catalog(&snapshot, &Scope::default()).await.expect("the catalog can be read");
    let found = definitions(&read, Kind::Index);
    assert_eq!(found["public.shape_1_a_idx"], "", "it is gone");
    assert_eq!(
        found["public.shape_3_a_idx"],
        "CREATE INDEX shape_3_a_idx ON public.shape_3 USING btree (a) WHERE (b > 0)"
    );
}

fn definitions(catalog: &Catalog, kind: Kind) -> BTreeMap<String, String> {
    let facts = catalog.facts().filter(|fact| fact.id.kind == kind);
    facts
        .map(|fact| (fact.id.name.clone(), fact.attributes.get("definition").cloned().unwrap_or_default()))
        .collect()
}
