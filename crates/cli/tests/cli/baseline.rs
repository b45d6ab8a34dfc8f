//! `baseline`: a database that was built by hand or by the ORM alone is adopted, when what is claimed of it is there.

use crosstrack_testkit::{dump, dump_with_data};
use expect_test::expect;

use crate::scene::Scene;

/// A database that was built by hand: everything that the migrations make, and something of its own.
fn by_hand() -> Scene {
    let scene = Scene::with_migrations();
    scene.database.sql(
        "create table users (id int primary key); create table sessions (id int); create table herbs (id int); \
         create table formulas (id int); create table of_its_own (id int); insert into herbs values (1)",
    );
    scene
}

#[test]
fn a_database_that_was_built_by_hand_is_adopted() {
    let scene = by_hand();
    let before = dump_with_data(&scene.database);
    scene.run("baseline --dry-run").shows(&expect![[r#"
        $ crosstrack baseline --dry-run
          mark   auth/20250101000000_users  the ledger does not have it
          mark   auth/20250103000000_sessions  the ledger does not have it
          mark   cms/20250102000000_herbs  the ledger does not have it
          mark   cms/20250104000000_formulas  the ledger does not have it
        Checked: everything that 4 migrations make is there.
        Would be 4 marked as applied, 0 adopted. Nothing was written.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
          mark   auth/20250101000000_users  the ledger does not have it
          mark   auth/20250103000000_sessions  the ledger does not have it
          mark   cms/20250102000000_herbs  the ledger does not have it
          mark   cms/20250104000000_formulas  the ledger does not have it
        Checked: everything that 4 migrations make is there.
        4 marked as applied, 0 adopted. No script was run.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    scene.run("status --check").exits(0);
    scene.run("up").exits(0);
    assert_eq!(scene.database.value("select count(*) from herbs"), "1");
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
        Checked: everything that 4 migrations make is there.
        Nothing to tell: the ledgers and the journal have all of it.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    // It is no batch, and every migration has its way back.
    scene.run("down --batch").exits(3);
    scene.run("down --steps 4").exits(0);
    assert!(!scene.database.has("herbs") && scene.database.has("of_its_own"));
}

#[test]
fn what_is_not_there_is_named_object_by_object_and_nothing_is_written() {
    let scene = by_hand();
    scene.sqlx(
        "20250105000000_more",
        "create table articles (id int, title text);\ncreate index herbs_id on herbs (id);\n\
         alter table formulas add column name text not null default '';\ncreate type kind as enum ('a', 'b');\n",
        "select 1;\n",
    );
    scene.database.sql(
        "drop table sessions; create table sessions (id bigint); alter table formulas add column name text; \
         create type kind as enum ('a', 'c')",
    );
    let before = dump_with_data(&scene.database);
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
          lacks: enum type `public.kind`: values should be 'a', 'b', and is 'a', 'c'
          lacks: table `public.articles`
          lacks: column `public.formulas.name`: nullable should be false, and is true
          lacks: column `public.sessions.id`: type should be integer, and is bigint
          lacks: default value `for public.formulas.name`
          lacks: index `public.herbs_id`
        The database does not have everything that 5 migrations make: 6 objects are missing or different. Nothing was written.
        Next: mend the database, or claim less: `crosstrack baseline --to <track>/<version>`, and `crosstrack up` applies the rest. `--unchecked` writes it all the same.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 1]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("baseline --unchecked --track cms").shows(&expect![[r#"
        $ crosstrack baseline --unchecked --track cms
          mark   cms/20250102000000_herbs  the ledger does not have it
          mark   cms/20250104000000_formulas  the ledger does not have it
          mark   cms/20250105000000_more  the ledger does not have it
        Unchecked: the objects that 3 migrations make may be missing here.
        3 marked as applied, 0 adopted. No script was run.
        [exit 0]
    "#]]);
    scene.run("status --check").exits(1);
}

#[test]
fn a_part_of_it_is_claimed_and_up_applies_the_rest() {
    let scene = Scene::with_migrations();
    scene.database.sql("create table users (id int primary key); create table herbs (id int)");
    scene.run("baseline").exits(1);
    scene.run("baseline --to auth/20250101000000").shows(&expect![[r#"
        $ crosstrack baseline --to auth/20250101000000
          mark   auth/20250101000000_users  the ledger does not have it
        Checked: everything that 1 migration makes is there.
        1 marked as applied, 0 adopted. No script was run.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    scene.run("baseline --track cms --to cms/20250102000000").shows(&expect![[r#"
        $ crosstrack baseline --track cms --to cms/20250102000000
          mark   cms/20250102000000_herbs  the ledger does not have it
        Checked: everything that 1 migration makes is there.
        1 marked as applied, 0 adopted. No script was run.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 2 migrations in [time]: auth 1, cms 1.
        [stderr]
        accounts
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    let fresh = Scene::with_migrations();
    fresh.run("up").exits(0);
    assert_eq!(dump(&scene.database), dump(&fresh.database));
}

#[test]
fn rows_of_the_orm_alone_are_adopted_so_that_later_edits_are_noticed() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    // As if Diesel and sqlx had been alone until now.
    scene.database.sql("drop schema crosstrack cascade");
    let ledgers = "select version, run_on::text from __diesel_schema_migrations union all \
                   select version::text, installed_on::text from _sqlx_migrations order by 1";
    let before = scene.database.rows(ledgers);
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
          adopt  auth/20250101000000_users  the ledger has it, the journal does not
          adopt  auth/20250103000000_sessions  the ledger has it, the journal does not
          adopt  cms/20250102000000_herbs  the ledger has it, the journal does not
          adopt  cms/20250104000000_formulas  the ledger has it, the journal does not
        Checked: everything that 4 migrations make is there.
        0 marked as applied, 4 adopted. No script was run.
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        [exit 0]
    "#]]);
    assert_eq!(scene.database.rows(ledgers), before);
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.run("status --check").exits(1);
    scene.remove("auth/20250103000000_sessions");
    scene.run("down --track auth --from-journal").exits(0);
    assert!(!scene.database.has("sessions"));
}

#[test]
fn a_broken_history_is_settled_before_it_is_adopted() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs (id bigint);\n");
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
        [stderr]
        error: the history is broken: `cms/20250102000000_herbs` is edited
          changed: nothing
             next: edited: put `cms/20250102000000_herbs` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited cms/20250102000000_herbs`
        [exit 3]
    "#]]);
    scene.run("baseline --track shop").exits(2);
    scene.run("baseline --to cms/1").exits(2);
}

#[test]
fn a_role_that_may_not_create_databases_on_the_targets_server_may_leave_the_check_out() {
    let mut scene = by_hand();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let role = scene.sign_in_as_role();
    let name = scene.database.name().to_owned();
    scene
        .database
        .sql(&format!("grant create on database {name} to {role}; grant create on schema public to {role}"));
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        error: the user `[role]` may not create a shadow database
          because: the server refused to create a shadow database
          because: permission denied to create database (SQLSTATE 42501)
          changed: nothing; the check runs on a shadow database
             next: have the right granted: `ALTER ROLE [role] CREATEDB`
             next: or leave the shadow server to crosstrack: without `--shadow-url` and `[shadow]` a private one is started
             next: `--unchecked` leaves the check out
        [exit 3]
    "#]]);
    scene.run("baseline --unchecked").exits(0);
    scene.run("status --check").exits(0);
}

#[test]
fn a_migration_that_does_not_run_on_an_empty_database_cannot_be_checked() {
    let scene = by_hand();
    scene.sqlx("20250105000000_broken", "alter table of_its_own add column name text;\n", "select 1;\n");
    scene.run("baseline").shows(&expect![[r#"
        $ crosstrack baseline
        [stderr]
        replaying the migrations on a shadow database to check that their objects exist here
        error: `cms/20250105000000_broken` failed on the way up
          --> cms/20250105000000_broken.up.sql:1:1
           |
         1 | alter table of_its_own add column name text;
           | ^
          because: the server refused a statement of the script
          because: relation "of_its_own" does not exist (SQLSTATE 42P01)
          changed: nothing; the check runs on a shadow database
             next: a migration that cannot run on an empty database cannot be checked; `crosstrack shadow capture` writes what existed before the first migration into a file for `prepare` under `[shadow]`
             next: `--unchecked` leaves the check out
        [exit 3]
    "#]]);
    scene.run("baseline --to cms/20250104000000").exits(0);
    scene.run("up").exits(0);
}

#[test]
fn the_scratch_database_is_gone_however_the_check_ended() {
    let mut scene = by_hand();
    let role = scene.sign_in_as_role();
    let name = scene.database.name().to_owned();
    scene.database.sql(&format!(
        "alter role {role} createdb; grant create on database {name} to {role}; grant create on schema public to {role}"
    ));
    let left = format!("select count(*) from pg_database where datdba = '{role}'::regrole");
    scene.run("baseline --dry-run").exits(0);
    assert_eq!(scene.database.value(&left), "0");
    scene.sqlx("20250105000000_more", "create table articles (id int);\n", "drop table articles;\n");
    scene.run("baseline").exits(1);
    assert_eq!(scene.database.value(&left), "0");
    scene.sqlx("20250106000000_broken", "select nothing;\n", "select 1;\n");
    scene.run("baseline").exits(3);
    assert_eq!(scene.database.value(&left), "0");
}

#[test]
fn the_repositorys_own_database_is_adopted_when_both_ledgers_are_lost() {
    let scene = Scene::of_the_repository();
    scene.run("up").exits(0);
    scene
        .database
        .sql("drop schema crosstrack cascade; drop table __diesel_schema_migrations, _sqlx_migrations");
    let document = scene.run("baseline --format json").exits(0).document();
    assert_eq!((document["claims"].as_array().unwrap().len(), &document["checked"]), (16, &true.into()));
    scene.run("status --check").exits(0);
    scene.database.sql("drop index idx_users_lower_email");
    scene
        .database
        .sql("drop schema crosstrack cascade; drop table __diesel_schema_migrations, _sqlx_migrations");
    let document = scene.run("baseline --format json").exits(1).document();
    assert_eq!(document["lacking"][0]["object"], "index `public.idx_users_lower_email`");
    assert_eq!(document["lacking"].as_array().unwrap().len(), 1);
}
