//! Definitions of indexes are the server's, whoever has put them together.

use std::collections::BTreeMap;

use crosstrack_catalog::Kind;
use crosstrack_testkit::TestDatabase;

use crate::support::catalog;

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
alter table t rename column amount to sum;
alter table t alter column german type varchar(20) collate "C";
"#;

#[tokio::test]
async fn every_definition_is_the_servers() {
    let database = TestDatabase::new("indexes");
    database.sql(INDEXES);
    if database.value("select current_setting('server_version_num')::int >= 150000") == "t" {
        database.sql("create unique index on t (key) nulls not distinct");
    }
    let read = catalog(&database).await;
    let found: BTreeMap<String, String> = read
        .facts()
        .filter(|fact| fact.id.kind == Kind::Index)
        .map(|fact| (fact.id.name.clone(), fact.attributes["definition"].clone()))
        .collect();
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
