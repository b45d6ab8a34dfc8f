//! A dump that was restored says many things in other words, and no drift comes of it.

use expect_test::expect;

use crate::drift_replay::kept;
use crate::scene::Scene;

/// Whatever has an expression in it, with a comparison that PostgreSQL writes otherwise after it has read it again; and what stands
/// beside it.
const TEXTS: &str = "
create schema shop;
create type mood as enum ('sad', 'ok', 'happy');
create domain part_name as varchar(10) default 'leaf' check (value in ('leaf', 'root'));
create table shop.goods (
    id bigint generated always as identity (increment by 5) primary key, serial_id serial,
    name varchar(20) collate \"C\" not null default 'x' || 'y', kind varchar(5) check (kind in ('a', 'b')),
    price numeric(10, 2) not null default 1.50 check (price between 0 and 100), mood mood default 'ok',
    tags text[] default '{}'::text[], until timestamptz default (now() + interval '1 day'), part part_name,
    total numeric generated always as (price * 2) stored, unique (name, kind)
);
create table inheriting (more text default 'm') inherits (shop.goods);
create unique index goods_expression on shop.goods (lower(name), (coalesce(kind, 'a'))) where kind in ('a', 'b') and price > 1;
create statistics goods_statistics on (lower(name)), (kind in ('a', 'b')) from shop.goods;
create view shop.known as select g.*, g.kind in ('a', 'b') as known from shop.goods g where g.mood in ('ok', 'sad');
create view nested as select v.id from shop.known v where v.kind in ('a', 'b');
create materialized view shop.counted as select kind, count(*) from shop.goods where kind in ('a', 'b') group by kind;
create unique index on shop.counted (kind);
create function touch() returns trigger language plpgsql as 'begin return new; end';
create function known(a varchar default 'a') returns boolean begin atomic select a in ('a', 'b'); end;
create trigger touching before update on shop.goods for each row when (new.kind in ('a', 'b')) execute function touch();
create policy reading on shop.goods using (kind in ('a', 'b')) with check (name in ('x', 'y'));
create rule nothing as on delete to shop.goods where old.kind in ('a', 'b') do instead nothing;
create table parts (id int primary key, kind varchar(5) default 'a' check (kind in ('a', 'b'))) partition by list (id);
create table parts_1 partition of parts for values in (1, 2);
create table parts_rest partition of parts default;
create index on parts (kind) where kind in ('a', 'b');
create trigger touching after insert on parts for each row when (new.kind in ('a', 'b')) execute function touch();
create table spans (kind varchar(4), listed boolean default ('a'::varchar in ('a', 'b')), span int4range, exclude using gist (span with &&) where (kind in ('a', 'b')));
create table linked (id serial primary key, other int references linked deferrable initially deferred);
comment on column shop.goods.name is 'what it is called';
";

#[test]
fn a_restored_dump_has_other_texts_and_no_drift() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_texts", TEXTS, "");
    scene.run("up").exits(0);
    scene.run("backup --output a.dump").exits(0);
    scene.run("restore a.dump --drop-old").exits(0);
    let definition = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'goods_kind_check' and conislocal";
    let restored = scene.database.value(definition);
    assert!(!restored.contains("ARRAY['a'::character varying, "), "the text is no other one: {restored}");
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        No drift: the database is what 5 applied migrations make ([time]).
        [exit 0]
    "#]]);
    // Which of them the server had to be asked about.
    let kept: serde_json::Value =
        serde_json::from_str(&scene.read(&format!("target/crosstrack/replays/{}", kept(&scene)[0]))).unwrap();
    let texts = kept["texts"].as_array().unwrap().iter();
    let asked: String = texts
        .map(|text| format!("{} {}: {}\n", text["id"]["kind"], text["attribute"], text["is_same"]))
        .collect();
    expect![[r#"
        "view" "definition": true
        "view" "definition": true
        "materialized view" "definition": true
        "default value" "expression": true
        "constraint" "definition": true
        "constraint" "definition": true
        "constraint" "definition": true
        "constraint" "definition": true
        "constraint" "definition": true
        "constraint" "definition": true
        "constraint" "definition": true
        "index" "definition": true
        "index" "definition": true
        "index" "definition": true
        "index" "definition": true
        "index" "definition": true
        "statistics object" "definition": true
        "function" "definition": true
        "trigger" "definition": true
        "trigger" "definition": true
        "trigger" "definition": true
        "trigger" "definition": true
        "rule" "definition": true
        "policy" "using": true
        "policy" "with_check": true
    "#]]
    .assert_eq(&asked);
    let again = scene.run("drift --format json").exits(0).document();
    assert_eq!(again["from_cache"], true);
    scene.database.sql(
        "alter table shop.goods drop constraint goods_kind_check, add check (kind in ('a', 'b', 'c')) not valid; \
         alter sequence shop.goods_id_seq increment by 7; \
         alter policy reading on shop.goods using (kind in ('a', 'c'))",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        cms
          sequence `shop.goods_id_seq` differs in its increment
            expected: 5
               found: 7
          constraint `goods_kind_check on shop.goods` differs in its definition
            expected: CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))
               found: CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying, 'c'::character varying])::text[]))) NOT VALID
          constraint `goods_kind_check on shop.goods` is not validated: older rows may break it
               found: CHECK (((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying, 'c'::character varying])::text[]))) NOT VALID
                mend: ALTER TABLE shop.goods VALIDATE CONSTRAINT goods_kind_check
          policy `reading on shop.goods` differs in its using
            expected: ((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))
               found: ((kind)::text = ANY ((ARRAY['a'::character varying, 'c'::character varying])::text[]))
        Drift: 4 findings against what 5 applied migrations make: 3 changed, 1 unvalidated ([time]).
        Next, changed: bring it back to what is expected, or write a migration that changes it so.
        Next, unvalidated: mend the rows that break it, then validate it in a migration.
        [exit 1]
    "#]]);
}
