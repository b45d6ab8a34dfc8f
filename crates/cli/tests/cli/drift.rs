//! The database held against a replay of what its ledgers say is applied. The database itself is only read.

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

use crate::scene::Scene;

pub(crate) fn up() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene
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
    scene.run("drift --privileges --quiet").exits(0);
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
               found: text, not null
        cms
          constraint `herbs_id_check on public.herbs` is only in the database
               found: CHECK ((id > 0))
        unowned
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
         create view named as select 1 as one;\n",
        "",
    );
    scene.run("up").exits(0);
    scene.database.sql(
        "drop index herbs_name; alter table herbs alter name type varchar(40), alter name drop default; \
         create or replace function greet() returns text language plpgsql as $$\nbegin\n  -- politely\n  return 'HELLO';\nend $$; \
         drop table sessions; create or replace view named as select 2 as one",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        auth
          table `public.sessions` is missing
            expected: (id integer)
        cms
          view `public.named` differs in its definition
            expected: SELECT 1 AS one;
               found: SELECT 2 AS one;
          column `public.herbs.name` differs in its type
            expected: character varying(20)
               found: character varying(40)
          default value `for public.herbs.name` is missing
            expected: expression 'x'::character varying
          index `public.herbs_name` is missing
            expected: CREATE INDEX herbs_name ON public.herbs USING btree (lower((name)::text))
          function `public.greet()` differs in its definition
            -   return 'hello';
            +   return 'HELLO';
        Drift: 6 findings against what 5 applied migrations make: 3 missing, 3 changed ([time]).
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
          default value `for public.users.id` was added by `cms`
          index `public.users_bio` was added by `cms`
        Drift: 4 findings against what 5 applied migrations make: 4 touched ([time]).
        Next, touched: let a migration of the track that owns it do this; what is meant to be so is named under `[drift]` in crosstrack.toml.
        [exit 1]
    "#]]);
    scene.declare("[drift]\nignore = [\"users\", \"sessions\"]\n");
    scene.run("drift --quiet").exits(0);
}

#[test]
fn whose_something_is_does_not_depend_on_how_often_the_tracks_take_turns() {
    let scene = Scene::with_migrations();
    scene.settle("[[phase]]\nname = \"content\"\ntracks = [\"cms\"]\n", "");
    scene.settle("tracks = [\"auth\"]", "tracks = [\"auth\", \"cms\"]");
    scene.diesel(
        "20250105000000_favourites",
        "-- crosstrack: requires cms/20250104000000_formulas\n\
         create table favourites (id int primary key);\nalter table users add favourite int;\n\
         create type mood as enum ('good');\n",
        "",
    );
    scene.sqlx(
        "20250106000000_ratings",
        "-- crosstrack: requires auth/20250105000000_favourites\n\
         create table ratings (favourite int references favourites, mood mood);\nalter table formulas add name text;\n\
         alter type mood add value 'bad';\n",
        "",
    );
    scene.run("up").exits(0);
    scene.database.sql(
        "alter table users add a int; alter table herbs add a int; alter table favourites add a int; \
         alter table ratings add a int",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        auth
          enum type `public.mood` was changed by `cms` in its values
              before: 'good'
               after: 'good', 'bad'
          column `public.favourites.a` is only in the database
               found: integer
          column `public.users.a` is only in the database
               found: integer
        cms
          column `public.herbs.a` is only in the database
               found: integer
          column `public.ratings.a` is only in the database
               found: integer
        Drift: 5 findings against what 6 applied migrations make: 4 added, 1 touched ([time]).
        Next, touched: let a migration of the track that owns it do this; what is meant to be so is named under `[drift]` in crosstrack.toml.
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        [exit 1]
    "#]]);
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
fn the_order_of_columns_and_the_version_of_an_extension_are_only_noted() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_more", "alter table herbs add name text;\n", "");
    scene.run("up").exits(0);
    scene.database.sql(
        "alter table herbs drop id; alter table herbs add id int; \
         update pg_extension set extversion = '0.9' where extname = 'plpgsql'",
    );
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
        note: the extension plpgsql has the version 0.9, and a new database would get 1.0
        note: the columns of table `public.herbs` stand in another order than the migrations make them
        No drift: the database is what 5 applied migrations make ([time]).
        [exit 0]
    "#]]);
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
