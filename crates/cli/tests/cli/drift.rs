//! The database held against a replay of what its ledgers say is applied. The database itself is only read.

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

#[cfg(unix)]
use crate::program::wait_until;
use crate::scene::Scene;

fn up() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene
}

/// The replays that are kept.
pub(crate) fn kept(scene: &Scene) -> Vec<String> {
    if scene.path("target/crosstrack/replays").is_dir() {
        scene.names_in("target/crosstrack/replays")
    } else {
        Vec::new()
    }
}

#[test]
fn the_repository_is_clean_after_up_and_after_a_restore() {
    let scene = Scene::of_the_repository();
    scene.run("up").exits(0);
    let before = dump_with_data(&scene.database);
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        No drift: the database is what 16 applied migrations make ([time]).
        [exit 0]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("backup --output a.dump").exits(0);
    scene.run("restore a.dump --drop-old").exits(0);
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        No drift: the database is what 16 applied migrations make ([time]).
        [exit 0]
    "#]]);
}

#[test]
fn what_is_only_in_the_database_is_named_with_whose_it_is() {
    let scene = up();
    scene.database.sql(
        "alter table users add nickname text not null default 'none'; alter table herbs add check (id > 0); \
         create table payload_pages (id int primary key); create index on payload_pages (id); \
         create function greet() returns int language plpgsql as 'begin\n return 1;\nend'",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        auth
          column `public.users.nickname` is only in the database
               found: text, default 'none'::text, not null
        cms
          constraint `herbs_id_check on public.herbs` is only in the database
               found: CHECK ((id > 0))
        nobody's
          table `public.payload_pages` is only in the database
               found: (id integer)
          function `public.greet()` is only in the database
               found: CREATE OR REPLACE FUNCTION public.greet() ...
        Drift: 4 findings against what 4 applied migrations make: 4 added ([time]).
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        [exit 1]
    "#]]);
}

#[test]
fn what_is_missing_or_different_is_named_with_both_texts() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_more",
        "alter table herbs add name varchar(20) not null default 'x';\ncreate index herbs_name on herbs (lower(name));\n\
         create function greet() returns text language plpgsql as $$\nbegin\n  -- politely\n  return 'hello';\nend $$;\n\
         create view named as select id from herbs;\n",
        "",
    );
    scene.run("up").exits(0);
    scene.database.sql(
        "drop index herbs_name; alter table herbs alter name type varchar(40), alter name drop default; \
         create or replace function greet() returns text language plpgsql as $$\nbegin\n  -- politely\n  return 'HELLO';\nend $$; \
         drop table sessions; create or replace view named as select id from herbs where id > 1",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        auth
          table `public.sessions` is missing
            expected: (id integer)
        cms
          view `public.named` differs in its definition
            -    FROM public.herbs;
            +    FROM public.herbs
            +   WHERE (herbs.id > 1);
          column `public.herbs.name` differs in its default
            expected: 'x'::character varying
               found: nothing
          column `public.herbs.name` differs in its type
            expected: character varying(20)
               found: character varying(40)
          index `public.herbs_name` is missing
            expected: CREATE INDEX herbs_name ON public.herbs USING btree (lower((name)::text))
          function `public.greet()` differs in its definition
            -   return 'hello';
            +   return 'HELLO';
        Drift: 6 findings against what 5 applied migrations make: 2 missing, 4 changed ([time]).
        Next, missing: make it again as expected, or write a migration that drops it.
        Next, changed: bring it back to what is expected, or write a migration that changes it so.
        Next, missing: `crosstrack verify --fix` builds a declared index concurrently; others are built as expected, or dropped by a migration.
        [exit 1]
    "#]]);
}

#[test]
fn what_is_ignored_is_no_drift() {
    let scene = up();
    scene.database.sql(
        "create table payload_pages (id int primary key); create schema legacy; create table legacy.old (id int); \
         create function legacy.f() returns int language sql as 'select 1'; alter table users add extra text",
    );
    scene.run("drift --quiet").exits(1);
    scene.declare(
        "[drift]\nignore = [\"payload_*\", \"legacy.*\", \"public.users.extra\", \"spatial_ref_sys\"]\n",
    );
    scene.run("drift --verbose").shows(&expect![[r#"
        $ crosstrack drift --verbose
        No drift: the database is what 4 applied migrations make ([time]).
        [stderr]
        the replay was kept from an earlier one
        `payload_*` ignores 1 object
        `legacy.*` ignores 3 objects
        `public.users.extra` ignores 1 object
        `spatial_ref_sys` ignores nothing
        [exit 0]
    "#]]);
    scene.run("drift").exits(0);
    scene.settle("payload_*", "payload_pages_*");
    scene.run("drift").exits(1);
    scene.settle("ignore", "ignored");
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        [stderr]
        error: unknown key `ignored` in `[drift]`
           --> crosstrack.toml:22:1
            |
         22 | ignored = ["payload_pages_*", "legacy.*", "public.users.extra", "spatial_ref_sys"]
            | ^^^^^^^
             next: did you mean `ignore`?
        [exit 2]
    "#]]);
}

#[test]
fn a_track_that_lays_hands_on_anothers_table_is_found() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_touching",
        "create table posts (id int primary key, author int references users (id));\n\
         create index posts_author on posts (author);\n\
         alter table users add bio text;\ncreate index users_bio on users (bio);\n\
         alter table users alter id set default 1;\ndrop table sessions;\n\
         create view people as select id from users;\n",
        "",
    );
    scene.run("up").exits(0);
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        auth
          table `public.sessions` was dropped by `cms`
          column `public.users.bio` was added by `cms`
          column `public.users.id` was changed by `cms` in its default
            expected: nothing
               found: 1
          index `public.users_bio` was added by `cms`
        Drift: 4 findings against what 5 applied migrations make: 4 touched ([time]).
        Next, touched: let a migration of the track that owns it do this: the other track's history does not know of it.
        [exit 1]
    "#]]);
    scene.declare("[drift]\nignore = [\"users\", \"sessions\"]\n");
    scene.run("drift --quiet").exits(0);
}

#[test]
fn what_is_not_valid_is_found_although_the_migrations_make_it_so() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_checks",
        "alter table herbs add constraint positive check (id > 0) not valid;\n\
         alter table formulas add constraint positive check (id > 0);\ncreate index herbs_id on herbs (id);\n",
        "",
    );
    scene.run("up").exits(0);
    scene.database.sql(
        "insert into herbs values (1), (1); alter table formulas drop constraint positive; \
         alter table formulas add constraint positive check (id > 0) not valid; \
         update pg_index set indisvalid = false where indexrelid = 'herbs_id'::regclass",
    );
    assert!(scene.database.try_sql("create unique index concurrently herbs_once on herbs (id)").is_err());
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        cms
          constraint `positive on public.formulas` is not validated: older rows may break it
               found: CHECK ((id > 0)) NOT VALID
                mend: ALTER TABLE public.formulas VALIDATE CONSTRAINT positive
          constraint `positive on public.herbs` is not validated: older rows may break it
               found: CHECK ((id > 0)) NOT VALID
                mend: ALTER TABLE public.herbs VALIDATE CONSTRAINT positive
          index `public.herbs_id` is not valid: no query uses it
               found: CREATE INDEX herbs_id ON public.herbs USING btree (id)
                mend: REINDEX INDEX CONCURRENTLY public.herbs_id
          index `public.herbs_once` is only in the database
               found: CREATE UNIQUE INDEX herbs_once ON public.herbs USING btree (id) (not valid)
        Drift: 4 findings against what 5 applied migrations make: 1 added, 1 invalid, 2 unvalidated ([time]).
        Next, unvalidated: mend the rows that break it, then validate it in a migration.
        Next, invalid: build it again concurrently, or drop it.
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        [exit 1]
    "#]]);
}

#[test]
fn a_migration_that_is_not_as_it_was_is_said_before_anything_is_concluded() {
    let scene = up();
    scene.remove("cms/20250104000000_formulas.up.sql");
    scene.remove("cms/20250104000000_formulas.down.sql");
    scene.sqlx("20250102000000_herbs", "create table herbs (id int, name text);\n", "");
    scene.diesel("20250105000000_later", "create table later (id int);\n", "");
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        cms
          column `public.herbs.name` is missing
            expected: text
        nobody's
          table `public.formulas` is only in the database
               found: (id integer)
        note: `cms/20250104000000_formulas` is applied and its file is not there: what it did is not in the replay, and shows as drift
        note: `cms/20250102000000_herbs` is applied and its file is no longer what was run: the replay runs it as it is now
        Drift: 2 findings against what 3 applied migrations make: 1 added, 1 missing ([time]).
        Next, missing: make it again as expected, or write a migration that drops it.
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        [exit 1]
    "#]]);
    scene.run("drift --format github").shows(&expect![[r#"
        $ crosstrack drift --format github
        cms
          column `public.herbs.name` is missing
            expected: text
        nobody's
          table `public.formulas` is only in the database
               found: (id integer)
        note: `cms/20250104000000_formulas` is applied and its file is not there: what it did is not in the replay, and shows as drift
        note: `cms/20250102000000_herbs` is applied and its file is no longer what was run: the replay runs it as it is now
        Drift: 2 findings against what 3 applied migrations make: 1 added, 1 missing ([time]).
        Next, missing: make it again as expected, or write a migration that drops it.
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        ::error::column `public.herbs.name` is missing, expected text (track cms); make it again as expected, or write a migration that drops it
        ::error::table `public.formulas` is only in the database, found (id integer); write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml
        ::warning::`cms/20250104000000_formulas` is applied and its file is not there: what it did is not in the replay, and shows as drift
        ::warning::`cms/20250102000000_herbs` is applied and its file is no longer what was run: the replay runs it as it is now
        [exit 1]
    "#]]);
}

#[test]
fn a_database_without_ledgers_is_compared_with_nothing() {
    let scene = Scene::with_migrations();
    scene.settle("path = \"auth\"", "path = \"auth\"\nschema = \"accounts\"");
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        No drift: nothing is applied, and nothing is there ([time]).
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    scene.run("drift --quiet").exits(0);
}

#[test]
fn a_replay_is_kept_until_something_changes_what_it_would_make() {
    let scene = up();
    let replay = |line: &str| scene.run(line).exits(0).stderr;
    let (made, taken) =
        ("the replay was made on a scratch database\n", "the replay was kept from an earlier one\n");
    assert_eq!(replay("drift --no-cache --verbose"), made);
    assert_eq!(kept(&scene).len(), 0);
    assert_eq!(replay("drift --verbose"), made);
    assert_eq!(replay("drift --verbose"), taken);
    assert_eq!(replay("drift --no-cache --verbose"), made);
    let file = format!("target/crosstrack/replays/{}", kept(&scene)[0]);
    for broken in ["", "{}", "no JSON", &scene.read(&file).replace("\"table\"", "\"tables\"")] {
        scene.write(&file, broken);
        assert_eq!(replay("drift --verbose"), made, "{broken}");
        assert_eq!(replay("drift --verbose"), taken, "{broken}");
    }
    // The same script with other line endings makes other texts of functions, and is no edit.
    scene.sqlx("20250104000000_formulas", "create table formulas (id int);\r\n", "");
    assert_eq!(replay("drift --verbose"), made);
    scene.sqlx("20250105000000_more", "create table more (id int);\n", "");
    assert_eq!(replay("drift --verbose"), taken, "what is pending makes nothing");
    scene.run("up").exits(0);
    assert_eq!(replay("drift --verbose"), made);
}

#[test]
fn owners_and_grants_are_compared_when_somebody_asks() {
    let mut scene = up();
    let role = scene.database.role("owner", "");
    scene.hide(role.clone(), "[owner]");
    scene.database.sql(&format!("grant select on herbs to {role}; alter table users owner to {role}"));
    scene.run("drift --quiet").exits(0);
    let ran = scene.run("drift --privileges").exits(1);
    let found = [
        "table `public.users` differs in its owner",
        "grant `to [owner] on table public.herbs` is only in the database",
    ];
    for words in found {
        assert!(ran.transcript().contains(words), "{}", ran.transcript());
    }
    scene.database.sql(&format!("drop owned by {role}"));
}

#[test]
fn what_is_declared_beside_the_migrations_is_no_drift() {
    let scene = up();
    scene.write("indexes.toml", "[[index]]\nname = \"herbs_id\"\ntable = \"herbs\"\ncolumns = [\"id\"]\n");
    scene.write(
        "constraints.toml",
        "[[foreign_key]]\ntable = \"herbs\"\ncolumns = [\"id\"]\nreferences = \"users\"\nreferenced_columns = [\"id\"]\n",
    );
    scene.settle(
        "path = \"cms\"",
        "path = \"cms\"\nindexes = \"indexes.toml\"\nconstraints = \"constraints.toml\"",
    );
    scene.run("verify --fix --yes").exits(0);
    scene.run("drift --quiet").exits(0);
}

#[test]
fn the_right_to_make_a_scratch_database_is_needed_and_nothing_is_left() {
    let mut scene = up();
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant select on all tables in schema public to {role}; grant usage on schema crosstrack to {role}; \
         grant select on all tables in schema crosstrack to {role}"
    ));
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        [stderr]
        error: the user `[role]` may not create a scratch database
          because: the server refused to create a scratch database
          because: permission denied to create database (SQLSTATE 42501)
          changed: nothing
             next: have the right granted: `ALTER ROLE [role] CREATEDB`; or name another server with `--database-url`: in development the development server is used when none is named
        [exit 3]
    "#]]);
    scene.database.sql(&format!("alter role {role} createdb"));
    scene.run("drift").exits(0);
    scene.diesel("20250101000000_users", "create table users (id int primary key);\nselect nothing;\n", "");
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        [stderr]
        error: `auth/20250101000000_users` failed on the way up
          --> auth/20250101000000_users/up.sql:2:8
           |
         2 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: nothing but a scratch database, and that is dropped
             next: it is applied here, and cannot be run on an empty database: a file that is missing or edited, `crosstrack status` shows which, or something that no migration makes
        [exit 4]
    "#]]);
    let owned = format!("select count(*) from pg_database where pg_get_userbyid(datdba) = '{role}'");
    assert_eq!(scene.database.value(&owned), "0");
    scene.set("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nowhere");
    scene.run("drift").exits(5);
}

#[test]
#[cfg(unix)]
fn a_stopped_comparison_leaves_no_database() {
    let mut scene = up();
    scene.sqlx("20250105000000_long", "select pg_sleep(60);\n", "");
    scene.run("resolve --applied cms/20250105000000 --yes").exits(0);
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "alter role {role} createdb; grant select on all tables in schema public to {role}; \
         grant usage on schema crosstrack to {role}; grant select on all tables in schema crosstrack to {role}"
    ));
    let running = scene.start("drift");
    let sleeps = format!(
        "select count(*) from pg_stat_activity where usename = '{role}' and state = 'active' and query like '%pg_sleep(60)%'"
    );
    wait_until("the migration sleeps", || scene.database.value(&sleeps) == "1");
    running.signal(rustix::process::Signal::INT);
    let ran = running.wait();
    assert_eq!(ran.code, 130, "{}", ran.transcript());
    let owned = format!("select count(*) from pg_database where pg_get_userbyid(datdba) = '{role}'");
    assert_eq!(scene.database.value(&owned), "0");
}
