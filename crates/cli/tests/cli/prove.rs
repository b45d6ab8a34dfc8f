//! Whether ways back lead back, on a scratch database; the database itself is not touched.

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

#[cfg(unix)]
use crate::program::wait_until;
use crate::scene::Scene;

#[test]
fn the_repositorys_own_migrations_are_proven() {
    let scene = Scene::of_the_repository();
    let before = dump_with_data(&scene.database);
    scene.run("prove --strict").shows(&expect![[r#"
        $ crosstrack prove --strict
        Proven: 16 of 16 migrations in [time], forward, back and forward again.
        [stderr]
          proven auth/20251019000000_init ([time])
          proven auth/20251020000000_audit_and_request_logs ([time])
          proven auth/20251026000000_password_histories_and_device_tokens ([time])
          proven auth/20251102000000_bans_and_impersonation ([time])
          proven auth/20251109000000_performance_indexes ([time])
          proven auth/20251116000000_api_request_logs_route_index ([time])
          proven cms/20251020000000_media_and_categories ([time])
          proven cms/20251020010000_herbs ([time])
          proven cms/20251020020000_conditions_and_symptoms ([time])
          proven cms/20251021000000_formulas ([time])
          proven cms/20251022000000_modalities_and_practitioners ([time])
          proven cms/20251023000000_articles ([time])
          proven cms/20251024000000_treatments ([time])
          proven cms/20251027000000_versions ([time])
          proven cms/20251103000000_media_locales ([time])
          proven cms/20251110000000_article_search ([time])
        [exit 0]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
}

#[test]
fn one_run_names_every_way_back_that_does_not_lead_back() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_names",
        "alter table herbs add name text, add kind text default 'leaf';\ncreate index herbs_name on herbs (name);\n\
         alter table herbs add latin text;\n",
        "alter table herbs drop latin;\n",
    );
    scene.sqlx(
        "20250106000000_typo",
        "create table roots (id int);\n",
        "drop table roots;\ndrop table rots;\n",
    );
    scene.write("cms/20250107000000_one_way.sql", "create table leaves (id int);\n");
    scene.write("cms/20250108000000_meant.sql", "-- crosstrack: irreversible\ndrop table leaves;\n");
    scene.sqlx(
        "20250109000000_search",
        "-- no-transaction\ncreate index concurrently herbs_kind on herbs (kind);\n",
        "-- no-transaction\ndrop index concurrently herbs_kind;\n",
    );
    scene.sqlx(
        "20250110000000_half",
        "-- no-transaction\ncreate index concurrently herbs_latin on herbs (latin);\n",
        "-- no-transaction\ndrop index concurrently herbs_latin;\ndrop index concurrently herbs_greek;\n",
    );
    scene.sqlx(
        "20250111000000_sequence",
        "create table seeds (id serial);\ncreate type size as enum ('small', 'large');\n",
        "drop table seeds;\n",
    );
    scene.sqlx("20250112000000_last", "create table ends (id int);\n", "drop table ends;\n");
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        cms/20250105000000_names is not restored by its down migration, cms/20250105000000_names.down.sql
          column `public.herbs.kind` left behind
          column `public.herbs.name` left behind
          index `public.herbs_name` left behind
        cms/20250106000000_typo fails to revert, cms/20250106000000_typo.down.sql
          because: the server refused a statement of the script
          because: table "rots" does not exist (SQLSTATE 42P01)
        cms/20250110000000_half fails to revert
          --> cms/20250110000000_half.down.sql:3:1
           |
         3 | drop index concurrently herbs_greek;
           | ^
          because: the server refused a statement of the script
          because: index "herbs_greek" does not exist (SQLSTATE 42704)
        cms/20250111000000_sequence is not restored by its down migration, cms/20250111000000_sequence.down.sql
          enum type `public.size` left behind
        Proven: 6 of 12 migrations in [time], forward, back and forward again. Not proven: 4. Without a down migration: 1. Irreversible: 1.
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
          proven cms/20250102000000_herbs ([time])
          proven cms/20250104000000_formulas ([time])
          not proven cms/20250105000000_names ([time])
          not proven cms/20250106000000_typo ([time])
          no down migration cms/20250107000000_one_way ([time])
          irreversible cms/20250108000000_meant ([time])
          proven cms/20250109000000_search ([time])
          not proven cms/20250110000000_half ([time])
          not proven cms/20250111000000_sequence ([time])
          proven cms/20250112000000_last ([time])
        [exit 1]
    "#]]);
    scene.run("prove --format github --quiet --from cms/20250110000000").shows(&expect![[r#"
        $ crosstrack prove --format github --quiet --from cms/20250110000000
        cms/20250110000000_half fails to revert
          --> cms/20250110000000_half.down.sql:3:1
           |
         3 | drop index concurrently herbs_greek;
           | ^
          because: the server refused a statement of the script
          because: index "herbs_greek" does not exist (SQLSTATE 42704)
        cms/20250111000000_sequence is not restored by its down migration, cms/20250111000000_sequence.down.sql
          enum type `public.size` left behind
        Proven: 1 of 3 migrations in [time], forward, back and forward again. Not proven: 2.
        ::error file=cms/20250110000000_half.down.sql,line=3,col=1::`cms/20250110000000_half` failed on the way down: the server refused a statement of the script: index "herbs_greek" does not exist (SQLSTATE 42704)
        ::error file=cms/20250111000000_sequence.down.sql,line=1::cms/20250111000000_sequence is not restored by its down migration: enum type `public.size` left behind
        [exit 1]
    "#]]);
}

#[test]
fn what_can_only_be_applied_once_or_comes_back_different_is_not_proven() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_once",
        "create table memory (id int);\ndo $$ begin if (select count(*) from herbs) > 0 then raise 'once only'; end if; end $$;\n",
        "drop table memory;\ninsert into herbs values (1);\n",
    );
    scene.sqlx(
        "20250106000000_moody",
        "do $$ begin if (select count(*) from herbs) > 0 then create table second (id int); \
         else create table first (id int); end if; end $$;\n",
        "drop table if exists first, second;\ninsert into herbs values (1);\n",
    );
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        cms/20250105000000_once cannot be applied again after its down migration, cms/20250105000000_once.up.sql
          because: the server refused a statement of the script
          because: once only (SQLSTATE P0001)
          because: context: PL/pgSQL function inline_code_block line 1 at RAISE
        cms/20250106000000_moody is not the same when it is applied again, cms/20250106000000_moody.down.sql
          table `public.first` only the first time
          table `public.second` only the second time
        Proven: 4 of 6 migrations in [time], forward, back and forward again. Not proven: 2.
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
          proven cms/20250102000000_herbs ([time])
          proven cms/20250104000000_formulas ([time])
          not proven cms/20250105000000_once ([time])
          not proven cms/20250106000000_moody ([time])
        [exit 1]
    "#]]);
}

#[test]
fn a_column_that_comes_back_in_another_place_is_noted_and_not_held_against_it() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_tea",
        "create table tea (id int, kind text, name text);\n",
        "drop table tea;\n",
    );
    scene.sqlx("20250106000000_kindless", "alter table tea drop kind;\n", "alter table tea add kind text;\n");
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        note: the down migration of cms/20250106000000_kindless restores the columns of table `public.tea` in another order
        Proven: 6 of 6 migrations in [time], forward, back and forward again.
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
          proven cms/20250102000000_herbs ([time])
          proven cms/20250104000000_formulas ([time])
          proven cms/20250105000000_tea ([time])
          proven cms/20250106000000_kindless ([time])
        [exit 0]
    "#]]);
}

#[test]
fn what_is_compared_by_its_name_only_is_said() {
    let scene = Scene::new();
    scene.sqlx(
        "1_conversion",
        "create conversion ours for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;\n",
        "drop conversion ours;\n",
    );
    scene.sqlx(
        "2_another",
        "create conversion theirs for 'LATIN2' to 'UTF8' from iso8859_to_utf8;\n",
        "select 1;\n",
    );
    scene.run("prove --quiet").shows(&expect![[r#"
        $ crosstrack prove --quiet
        cms/2_another is not restored by its down migration, cms/2_another.down.sql
          unmodelled object `conversion public.theirs` left behind
        note: compared by its name only: conversion public.ours
        note: compared by its name only: conversion public.theirs
        Proven: 1 of 2 migrations in [time], forward, back and forward again. Not proven: 1.
        [exit 1]
    "#]]);
}

#[test]
fn of_a_text_of_many_lines_those_that_differ_are_shown() {
    let scene = Scene::with_migrations();
    let function = |word: &str| {
        format!(
            "create or replace function greet() returns text language plpgsql as $$\nbegin\n  -- politely\n  return '{word}';\n\
             end $$;\n"
        )
    };
    scene.sqlx("20250105000000_greet", &function("hello"), "drop function greet();\n");
    scene.sqlx("20250106000000_louder", &function("HELLO"), &function("hi"));
    scene.run("prove --last 1").shows(&expect![[r#"
        $ crosstrack prove --last 1
        cms/20250106000000_louder is not restored by its down migration, cms/20250106000000_louder.down.sql
          function `public.greet()`: definition
            -   return 'hello';
            +   return 'hi';
        Proven: 0 of 1 migration in [time], forward, back and forward again. Not proven: 1.
        [stderr]
          not proven cms/20250106000000_louder ([time])
        [exit 1]
    "#]]);
}

#[test]
fn what_cannot_be_applied_ends_the_proof() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_broken", "select 1;\nselect nothing;\n", "select 1;\n");
    scene.sqlx("20250106000000_after", "select 1;\n", "select 1;\n");
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        cms/20250105000000_broken fails to apply
          --> cms/20250105000000_broken.up.sql:2:8
           |
         2 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
        Proven: 4 of 6 migrations in [time], forward, back and forward again. Not proven: 1. Not reached: 1.
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
          proven cms/20250102000000_herbs ([time])
          proven cms/20250104000000_formulas ([time])
          not proven cms/20250105000000_broken ([time])
        [exit 1]
    "#]]);
    scene.run("prove --last 1").shows(&expect![[r#"
        $ crosstrack prove --last 1
        cms/20250105000000_broken fails to apply
          --> cms/20250105000000_broken.up.sql:2:8
           |
         2 | select nothing;
           |        ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
        Proven: 0 of 2 migrations in [time], forward, back and forward again. Not proven: 1. Not reached: 1.
        [stderr]
          not proven cms/20250105000000_broken ([time])
        [exit 1]
    "#]]);
}

#[test]
fn a_part_of_a_long_history_can_be_proven_alone() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250103000000_bad", "create table bad (id int);\n", "select 1;\n");
    scene.run("prove --last 1").shows(&expect![[r#"
        $ crosstrack prove --last 1
        Proven: 1 of 1 migration in [time], forward, back and forward again.
        [stderr]
          proven cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("prove --from cms/20250104000000").exits(0);
    scene.run("prove --track auth").shows(&expect![[r#"
        $ crosstrack prove --track auth
        Proven: 2 of 2 migrations in [time], forward, back and forward again.
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    scene.run("prove --track cms --last 2 --quiet").exits(1);
    scene.run("prove --track shop").exits(2);
    scene.run("prove --from cms/1").exits(2);
    scene.run("prove --from cms/1 --last 1").exits(2);
}

#[test]
fn only_the_strict_mind_a_missing_way_back() {
    let scene = Scene::new();
    scene.write("cms/1_one_way.sql", "create table leaves (id int);\n");
    scene.write("cms/2_meant.sql", "-- crosstrack: irreversible\ndrop table leaves;\n");
    scene.run("prove").exits(0);
    scene.run("prove --strict").shows(&expect![[r#"
        $ crosstrack prove --strict
        cms/1_one_way has no down migration, cms/1_one_way.sql
        Proven: 0 of 2 migrations in [time], forward, back and forward again. Not proven: 1. Irreversible: 1.
        [stderr]
          no down migration cms/1_one_way ([time])
          irreversible cms/2_meant ([time])
        [exit 1]
    "#]]);
}

#[test]
fn on_the_targets_server_it_needs_neither_the_lock_nor_the_database_but_the_right_to_create_one() {
    let mut scene = Scene::with_migrations();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let lock = crate::waiting::hold_run_lock(&scene.database);
    scene.run("prove --wait-for-lock 0").exits(0);
    drop(lock);
    let role = scene.sign_in_as_role();
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        [stderr]
        error: the user `[role]` may not create a shadow database
          because: the server refused to create a shadow database
          because: permission denied to create database (SQLSTATE 42501)
          changed: nothing
             next: have the right granted: `ALTER ROLE [role] CREATEDB`
             next: or leave the shadow server to crosstrack: without `--shadow-url` and `[shadow]` a private one is started
        [exit 3]
    "#]]);
    scene.database.sql(&format!("alter role {role} createdb"));
    scene.run("prove --strict").exits(0);
    scene.sqlx("20250105000000_left", "create table left_behind (id int);\n", "select 1;\n");
    scene.sqlx("20250106000000_broken", "select nothing;\n", "select 1;\n");
    scene.run("prove").exits(1);
    assert_eq!(databases_of(&scene, &role), "0", "it drops what it has made, whatever it found");
}

#[test]
#[cfg(unix)]
fn a_stopped_proof_leaves_no_database() {
    let mut scene = Scene::with_migrations();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!("alter role {role} createdb"));
    scene.sqlx("20250103000000_long", "select 1;\n", "select pg_sleep(60);\n");
    let running = scene.start("prove");
    let sleeps = format!(
        "select count(*) from pg_stat_activity where usename = '{role}' and state = 'active' and query like '%pg_sleep(60)%'"
    );
    wait_until("the way back sleeps", || scene.database.value(&sleeps) == "1");
    running.signal(rustix::process::Signal::INT);
    running.wait().shows(&expect![[r#"
        $ crosstrack prove
        [stderr]
          proven auth/20250101000000_users ([time])
          proven auth/20250103000000_sessions ([time])
          proven cms/20250102000000_herbs ([time])

        stopping: what the server is doing for this run is cancelled; once more to leave at once
        error: stopped during `cms/20250103000000_long`
          changed: nothing; the shadow database was dropped
        [exit 130]
    "#]]);
    assert_eq!(databases_of(&scene, &role), "0");
}

#[test]
fn ledgers_in_schemas_of_their_own_belong_to_no_migration() {
    let scene = Scene::with_migrations();
    scene.settle("path = \"auth\"", "path = \"auth\"\nschema = \"accounts\"");
    scene.settle("path = \"cms\"", "path = \"cms\"\nschema = \"content\"\ntable = \"ledger\"");
    scene.run("prove --strict --quiet").exits(0);
}

#[test]
fn a_shadow_database_that_cannot_be_prepared_is_dropped() {
    let mut scene = Scene::with_migrations();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!("alter role {role} createdb"));
    scene.settle("path = \"cms\"", "path = \"cms\"\nschema = \"pg_content\"");
    scene.run("prove").shows(&expect![[r#"
        $ crosstrack prove
        [stderr]
        error: cannot create the ledger of the track `cms`
          because: the server refused the ledger row or the commit
          because: unacceptable schema name "pg_content" (SQLSTATE 42939)
          changed: nothing; the shadow database was dropped
        [exit 4]
    "#]]);
    assert_eq!(databases_of(&scene, &role), "0");
}

fn databases_of(scene: &Scene, role: &str) -> String {
    scene
        .database
        .value(&format!("select count(*) from pg_database where pg_get_userbyid(datdba) = '{role}'"))
}
