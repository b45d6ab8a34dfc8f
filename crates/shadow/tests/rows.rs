//! Rows are put into real tables, and what a change does to them is found or rightly passed over.
#![expect(clippy::expect_used, reason = "a test that cannot go on says so")]

use std::time::Instant;

use crosstrack_catalog::Scope;
use crosstrack_database::Session;
use crosstrack_loss::Loss;
use crosstrack_shadow::rows::{Filled, Tables, compare, empty, fill, picture, stuck_sequences, unannounced};
use crosstrack_testkit::TestDatabase;

/// A database with a schema, and a session in it.
async fn database(schema: &str) -> (TestDatabase, Session) {
    let database = TestDatabase::new("rows");
    database.sql(schema);
    let session = database.session("rows").await;
    (database, session)
}

async fn filled(session: &Session) -> Filled {
    fill(session, &Tables::default()).await.expect("the shape can be read")
}

/// The changes that statements make to the rows of a schema, in words.
async fn changes(schema: &str, statements: &str) -> Vec<String> {
    let (database, session) = database(schema).await;
    assert_eq!(filled(&session).await.unfilled, []);
    let scope = Tables::default();
    let before = picture(&session, &scope).await.expect("the rows can be read");
    assert!(before.rows() > 0);
    database.sql(statements);
    let after = picture(&session, &scope).await.expect("the rows can be read");
    compare(&before, &after).iter().map(ToString::to_string).collect()
}

/// Types of columns, with `;` between.
const TYPES: &str = r#"
    smallint; integer; bigint; numeric; numeric(7,2); numeric(3,3); numeric(4,-1); real;
    double precision; money; text; varchar; varchar(3); varchar(40); char(1); char(30); name; "char";
    bytea; date; time; time(0); timetz; timestamp; timestamp(3); timestamptz; interval;
    interval day to second(2); boolean; uuid; json; jsonb; jsonpath; inet; cidr; macaddr; macaddr8;
    bit(4); bit varying; bit varying(9); point; line; lseg; box; path; polygon; circle; tsvector;
    tsquery; xml; oid; xid; pg_lsn; regclass; regtype; regproc; regrole; int4range; int8range;
    numrange; daterange; tsrange; tstzrange; int4multirange; tsmultirange; integer[]; varchar(9)[];
    numeric(5,2)[]; timestamptz[]; mood; mood[]; short; pair; pair[]; floats; deeper"#;

#[tokio::test]
async fn every_type_gets_a_value_and_null() {
    let types: Vec<&str> = TYPES.split(';').map(str::trim).collect();
    let mut schema = "create type mood as enum ('sad', 'it''s ok', 'happy'); create domain short as varchar(5) \
                      check (value ~ '^[a-c]+$' and length(value) > 2); create type pair as (a integer, b mood); \
                      create type floats as range (subtype = float8); create domain deeper as short not null default 'abc';"
        .to_owned();
    for (number, kind) in types.iter().enumerate() {
        schema += &format!("create table t{number} (c {kind}, d {kind} not null);");
    }
    let (database, session) = database(&schema).await;
    assert_eq!(filled(&session).await.unfilled, []);
    for (number, kind) in types.iter().enumerate().filter(|(_, kind)| **kind != "deeper") {
        let counted = database.value(&format!(
            "select concat(count(*) >= 3, count(*) filter (where c is null) > 0, count(d) = count(*)) from t{number}"
        ));
        assert_eq!(counted, "ttt", "{kind}");
    }
    let lengths = "select max(length(c)) || ' ' || (select max(length(c)) from t12) from t13";
    assert_eq!(database.value(lengths), "40 3");
    let labels = database.value("select string_agg(distinct d::text, ', ' order by d::text) from t69");
    assert_eq!(labels, "happy, it's ok, sad");
}

#[tokio::test]
async fn keys_and_foreign_keys_hold_and_cycles_are_closed() {
    let (database, session) = database(
        "create table tenant (id uuid primary key, name text unique not null);
         create table \"a User\" (tenant_id uuid references tenant, id bigserial, boss bigint, primary key (tenant_id, id),
           foreign key (tenant_id, boss) references \"a User\");
         create table item (id int generated always as identity primary key, tenant_id uuid not null, user_id bigint not null,
           foreign key (tenant_id, user_id) references \"a User\", kind boolean unique, exclude using btree (user_id with =));
         create table hen (id int primary key, egg int not null unique);
         create table egg (id int primary key, hen int not null references hen initially deferred);
         alter table hen add foreign key (egg) references egg deferrable initially deferred;
         create table tree (id serial primary key, parent int references tree, check (parent <> id));
         create table root (id serial primary key, parent int not null references root);
         create table one (id int primary key references tree on delete cascade);
         create table no_columns ();
         create table had_rows (id serial primary key); insert into had_rows default values;",
    )
    .await;
    let found = filled(&session).await;
    assert_eq!((found.unfilled, found.tables, found.had_rows.len()), (vec![], 9, 1));
    let counts = "select concat_ws(' ', (select count(*) from item), (select count(*) from hen), (select count(*) from egg), \
                  (select count(parent) from tree), (select count(*) from root), (select count(*) from one), \
                  (select count(*) from had_rows))";
    assert_eq!(database.value(counts), "3 3 3 2 3 3 1");
    // Keys that were written while they were not checked are checked now.
    database.sql(
        "alter table hen add foreign key (egg) references egg; alter table egg add foreign key (hen) references hen;
         alter table root add foreign key (parent) references root;
         insert into item (tenant_id, user_id) select 'b0000000-0000-4000-8000-000000000000', 9 where false;
         insert into tree default values;",
    );
    assert_eq!(stuck_sequences(&session, &Tables::default()).await.expect("they can be read"), []);
}

#[tokio::test]
async fn values_are_found_that_checks_accept() {
    let (database, session) = database(
        "create table v (kind text not null check (kind in ('post', 'page')), size int check (size > 500 and size % 7 = 0),
           begins date not null, ends date not null, check (ends > begins), code text not null check (code ~ '^[A-Z]{3}-\\d{2,}$'),
           mail varchar(40) not null check (mail like '%_@_%'), name text not null check (char_length(name) between 20 and 30),
           a int, b text, check (num_nonnulls(a, b) = 1), data jsonb not null check (jsonb_typeof(data) = 'array'),
           tags text[] not null check (tags <@ array['red', 'blue'] and cardinality(tags) > 0),
           share numeric not null check (share >= 0 and share <= 1), lower_one text not null check (lower_one = lower(lower_one)));
         create table impossible (a int check (a > 1 and a < 1) not null);
         create table refused (id int);
         create function refuse() returns trigger language plpgsql as 'begin raise ''never''; end';
         create trigger refuse before insert on refused for each row execute function refuse();",
    )
    .await;
    let found = filled(&session).await;
    let said: Vec<String> =
        found.unfilled.iter().map(|left| format!("{}: {}", left.table, left.reason)).collect();
    assert_eq!(
        said,
        [
            "public.impossible: new row for relation \"impossible\" violates check constraint \"impossible_a_check\""
        ]
    );
    assert_eq!(
        database.value("select concat((select count(*) from v), (select count(*) from refused))"),
        "33"
    );
}

#[tokio::test]
async fn partitions_get_rows_through_their_root() {
    let (database, session) = database(
        "create table m (at timestamptz not null, v int) partition by range (at);
         create table m1 partition of m for values from ('2031-01-01') to ('2031-02-01');
         create table m2 partition of m for values from ('2031-02-01') to ('2031-03-01');
         create table l (region text not null, id int) partition by list (region);
         create table l1 partition of l for values in ('north', 'south') partition by hash (id);
         create table l11 partition of l1 for values with (modulus 1, remainder 0);
         create table e (at timestamp not null) partition by range (date_trunc('day', at));
         create table e1 partition of e for values from ('2031-01-01') to ('2031-02-01');",
    )
    .await;
    assert_eq!(filled(&session).await.unfilled, []);
    let counts = "select concat_ws(' ', (select count(*) from m) >= 3, (select count(*) from m1) > 0, \
                  (select count(*) from m2) > 0, (select count(*) from l) >= 2, (select count(*) from e) > 0)";
    assert_eq!(database.value(counts), "t t t t t");
    let scope = Tables::default();
    let before = picture(&session, &scope).await.expect("the rows can be read");
    database.sql("alter table m detach partition m1");
    let detached = picture(&session, &scope).await.expect("the rows can be read");
    assert_eq!(compare(&before, &detached), []);
    database.sql("alter table m attach partition m1 for values from ('2031-01-01') to ('2031-02-01')");
    let attached = picture(&session, &scope).await.expect("the rows can be read");
    assert_eq!(compare(&detached, &attached), []);
}

#[tokio::test]
async fn a_change_that_destroys_values_is_found() {
    let label = "create table label (id serial primary key, code varchar(40) not null, note varchar(40) not null, \
                 level int not null default 7);";
    let cut = changes(label, "alter table label alter code type varchar(8) using code::varchar(8)").await;
    assert_eq!(cut.len(), 1);
    assert!(
        cut[0].starts_with("3 values of public.label.code changed from character varying(40) to"),
        "{cut:?}"
    );
    let swapped = changes(label, "update label set code = note, note = code").await;
    assert_eq!(swapped.len(), 2, "{swapped:?}");
    let renamed = "alter table label rename code to x; alter table label rename note to code; alter table label rename x to note";
    assert_eq!(changes(label, renamed).await.len(), 2);
    let lost = changes(label, "alter table label drop level; alter table label add level int").await;
    assert!(lost[0].starts_with("3 values of public.label.level changed: '7' became NULL"), "{lost:?}");
    let gone = changes(label, "delete from label where id = 2").await;
    assert!(gone[0].starts_with("1 row of public.label is gone: (id '2', code E'code it''s"), "{gone:?}");
    let again = "create table copy (like label); insert into copy select * from label limit 2; drop table label; \
                 alter table copy rename to label";
    assert_eq!(changes(label, again).await.len(), 1);
    let mood = "create type mood as enum ('sad', 'ok', 'happy'); create table m (id serial primary key, mood mood not null);";
    let narrowed = "create type less as enum ('sad', 'ok'); alter table m alter mood type less using \
                    case mood when 'happy' then 'ok' else mood::text end::less; drop type mood; alter type less rename to mood;";
    assert_eq!(changes(mood, narrowed).await, ["1 value of public.m.mood changed: 'happy' became 'ok'"]);
    let sequence =
        "create sequence numbers; create table t (id int); select nextval('numbers'), nextval('numbers');";
    let moved = changes(sequence, "alter sequence numbers restart").await;
    assert_eq!(moved, ["the next value of sequence public.numbers was 3 and is 1"]);
}

#[tokio::test]
async fn a_change_that_keeps_the_values_is_none() {
    let schema = "create type mood as enum ('sad', 'ok'); create type pair as (a int, b text); create domain short as varchar(9);
      create table t (id serial primary key, a int, b varchar(20), c numeric(5,1), d char(9), e date, f timestamp, g real, h json,
      i mood, j int[], k pair, l short, m inet, n varchar(5)[], o boolean, p uuid, q regclass, r bit varying(4), s timestamptz(3));";
    for statements in [
        "alter table t alter id type bigint, alter a type bigint, alter b type text, alter c type numeric(9,4), alter d type text",
        "alter table t alter e type timestamp, alter f type timestamptz, alter g type double precision, alter h type jsonb",
        "alter table t alter i type text using i::text, alter j type bigint[], alter n type text[], alter l type varchar(20)",
        "alter table t alter a type numeric(20,3), alter m type text, alter p type text using p::text, alter r type varbit",
        "alter table t alter o type int using o::int, alter s type timestamptz, alter i type varchar(9) using i::text",
        "alter table t rename to u; alter table u rename b to bb; alter type mood rename to humour; alter type pair add attribute c int",
        "alter table t add z int default 3, drop a; create schema s; alter table t set schema s; create table x (y int)",
        "create table n (like t including all); alter table n drop a; alter table n add a int; insert into n (id, a, b, c, d, e, f, \
         g, h, i, j, k, l, m, n, o, p, q, r, s) select * from t; drop table t cascade; alter table n rename to t",
        "update t set id = id; insert into t default values",
    ] {
        assert_eq!(changes(schema, statements).await, [""; 0], "{statements}");
    }
}

#[tokio::test]
async fn a_change_that_a_loss_announces_is_left_out() {
    let (database, session) = database("create table t (id serial primary key, code varchar(40))").await;
    let scope = Tables::from(Scope { left_out: vec!["_sqlx_migrations".into()] });
    database.sql("create table _sqlx_migrations (version bigint)");
    assert_eq!(fill(&session, &scope).await.expect("the shape can be read").tables, 1);
    assert_eq!(database.value("select count(*) from _sqlx_migrations"), "0");
    let before = picture(&session, &scope).await.expect("the rows can be read");
    database
        .sql("alter table t alter code type varchar(8) using code::varchar(8); delete from t where id = 1");
    let found = compare(&before, &picture(&session, &scope).await.expect("the rows can be read"));
    let (table, column) = ("public.t".to_owned(), "code".to_owned());
    let loss = Loss::Narrowing {
        table,
        column,
        from: "character varying(40)".into(),
        to: "character varying(8)".into(),
    };
    assert_eq!((found.len(), unannounced(found, &[loss]).len()), (2, 1));
}

#[tokio::test]
async fn a_sequence_that_gives_a_value_again_is_stuck() {
    let (database, session) = database(
        "create table a (id integer generated by default as identity primary key);
         create table b (id smallserial primary key, n numeric default nextval('b_id_seq'), t text default nextval('b_id_seq')::text);
         create table c (id int generated always as identity (minvalue 1 maxvalue 3));
         create table d (id serial, code text default 'd' || nextval('b_id_seq'));",
    )
    .await;
    assert_eq!(filled(&session).await.unfilled, []);
    let scope = Tables::default();
    let stuck = async || -> Vec<String> {
        let found = stuck_sequences(&session, &scope).await.expect("they can be read");
        found.iter().map(ToString::to_string).collect()
    };
    assert_eq!(stuck().await, ["sequence public.c_id_seq of public.c.id has no value left"]);
    database.sql("alter table a alter id type bigint; alter sequence a_id_seq restart; alter table c alter id set cycle; select setval('b_id_seq', 1)");
    let found = stuck().await;
    assert_eq!(found[0], "the next value of sequence public.a_id_seq, 1, is already in public.a.id");
    assert!(
        found.iter().any(|found| found.contains("public.b.n"))
            && found.iter().any(|found| found.contains("public.c.id")),
        "{found:?}"
    );
    assert!(database.try_sql("insert into a default values").is_err());
}

#[tokio::test]
async fn a_hundred_tables_are_filled_in_a_moment() {
    let mut schema = "create type mood as enum ('a', 'b', 'c');".to_owned();
    for number in 0..100 {
        let parent = if number % 10 == 0 { String::new() } else { format!("references t{}", number - 1) };
        schema += &format!(
            "create table t{number} (id bigserial primary key, parent_id bigint {parent}, name varchar(80) not null unique, \
             kind text not null check (kind in ('x', 'y')), mood mood not null default 'a', data jsonb, \
             price numeric(10,2) check (price >= 0), at timestamptz not null default now(), until timestamptz, \
             check (until > at)); create index on t{number} (at);"
        );
    }
    let (_database, session) = database(&schema).await;
    let began = Instant::now();
    let found = filled(&session).await;
    let filling = began.elapsed();
    let seen = picture(&session, &Tables::default()).await.expect("the rows can be read");
    assert_eq!((found.tables, found.unfilled, seen.rows()), (100, vec![], 400));
    assert_eq!(stuck_sequences(&session, &Tables::default()).await.expect("they can be read"), []);
    // Far more than it takes, for the machine may be busy.
    assert!(filling.as_secs() < 8, "{filling:?}");
}

#[tokio::test]
async fn rows_are_removed_again_and_those_that_were_there_before_stay() {
    let (database, session) = database(
        "create table label (id int primary key, next int references label);
         create table kept (id serial primary key, label int references label); insert into kept default values;
         create table parts (id int) partition by list (id); create table part partition of parts for values in (1, 2, 3);
         create function logged() returns trigger language plpgsql as 'begin insert into log values (old.id); return old; end';
         create table watched (id serial primary key); create table log (id int);
         create trigger logged after delete on watched for each row execute function logged();",
    )
    .await;
    let tables = Tables::default();
    let counts = "select concat_ws(' ', (select count(*) from label), (select count(*) from kept), (select count(*) from parts), \
                  (select count(*) from watched), (select count(*) from log))";
    let found = filled(&session).await;
    assert_eq!(database.value(counts), "3 1 3 3 3");
    assert!(empty(&session, &tables, &found).await.expect("rows can be removed"));
    assert_eq!(database.value(counts), "0 1 0 0 0");

    let found = filled(&session).await;
    database.sql("insert into kept default values");
    assert!(!empty(&session, &tables, &found).await.expect("rows can be removed"), "one more than before");
    let found = filled(&session).await;
    database.sql("drop table kept");
    assert!(!empty(&session, &tables, &found).await.expect("rows can be removed"), "none any more");
}
