//! `down`: what was applied last is reverted, and nothing that others still need.

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

use crate::scene::Scene;
use crate::shadow_prepared::one_track;

#[test]
fn down_reverts_what_was_applied_last_whichever_track_it_is_of() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        Reverted 1 migration in [time]: cms/20250104000000_formulas. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          drops table public.formulas: 0 rows
        content
          reverted cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert!(!scene.database.has("formulas") && scene.database.has("herbs"));
    scene.run("rollback --steps 2").shows(&expect![[r#"
        $ crosstrack rollback --steps 2
        Reverted 2 migrations in [time]: auth 1, cms 1. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 2 migrations (auth 1, cms 1) in the database `[database]` on [server], environment development
          drops table public.herbs: 0 rows
          drops table public.sessions: 0 rows
        content
          reverted cms/20250102000000_herbs ([time])
        accounts
          reverted auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    scene.run("down").exits(0);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        Nothing to revert: no migration is applied.
        [exit 0]
    "#]]);
    assert!(!scene.database.has("users"));
    scene.run("up --quiet").exits(0);
    assert!(scene.database.has("formulas"));
}

#[test]
fn a_dry_run_shows_the_way_back_and_goes_none_of_it() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("down --steps 3 --dry-run").shows(&expect![[r#"
        $ crosstrack down --steps 3 --dry-run
        1/3 down cms/20250104000000_formulas  cms/20250104000000_formulas.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        2/3 down cms/20250102000000_herbs  cms/20250102000000_herbs.down.sql, one transaction
            hazard: destroys data, line 1: drop table herbs
        3/3 down auth/20250103000000_sessions  auth/20250103000000_sessions/down.sql, one transaction
            hazard: destroys data, line 1: drop table sessions
        3 steps back, fingerprint 5ea0468895b7
        loses
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
          drops table public.sessions: 0 rows
        [exit 0]
    "#]]);
    assert!(scene.database.has("formulas"));
}

#[test]
fn a_batch_is_what_the_last_up_applied() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 1").exits(0);
    scene.run("up").exits(0);
    scene.run("down --batch").shows(&expect![[r#"
        $ crosstrack down --batch
        Reverted 3 migrations in [time]: auth 1, cms 2. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 3 migrations (auth 1, cms 2) in the database `[database]` on [server], environment development
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
          drops table public.sessions: 0 rows
        content
          reverted cms/20250104000000_formulas ([time])
          reverted cms/20250102000000_herbs ([time])
        accounts
          reverted auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    scene.run("down --batch").shows(&expect![[r#"
        $ crosstrack down --batch
        Reverted 1 migration in [time]: auth/20250101000000_users. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (auth 1) in the database `[database]` on [server], environment development
          drops table public.users: 0 rows
        accounts
          reverted auth/20250101000000_users ([time])
        [exit 0]
    "#]]);
    scene.run("down --batch").shows(&expect![[r#"
        $ crosstrack down --batch
        [stderr]
        error: the journal knows no run of `up` whose migrations are still applied
          changed: nothing
             next: choose with --steps or --to instead
        [exit 3]
    "#]]);
}

#[test]
fn down_to_a_migration_leaves_it_applied() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("down --to auth/20250101000000").shows(&expect![[r#"
        $ crosstrack down --to auth/20250101000000
        Reverted 3 migrations in [time]: auth 1, cms 2. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 3 migrations (auth 1, cms 2) in the database `[database]` on [server], environment development
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
          drops table public.sessions: 0 rows
        content
          reverted cms/20250104000000_formulas ([time])
          reverted cms/20250102000000_herbs ([time])
        accounts
          reverted auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    assert!(scene.database.has("users") && !scene.database.has("sessions"));
    scene.run("down --to cms/20250102000000_herbs").shows(&expect![[r#"
        $ crosstrack down --to cms/20250102000000_herbs
        [stderr]
        error: `cms/20250102000000_herbs` is not applied, so nothing can be reverted to it
          changed: nothing
             next: `crosstrack status` shows what is applied
        [exit 3]
    "#]]);
    scene.run("down --to auth/20250103000001").shows(&expect![[r#"
        $ crosstrack down --to auth/20250103000001
        [stderr]
        error: there is no migration `auth/20250103000001`
          changed: nothing
             next: did you mean `auth/20250103000000_sessions`?
        [exit 2]
    "#]]);
}

#[test]
fn a_track_goes_back_by_itself() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("down --track auth --steps 2").shows(&expect![[r#"
        $ crosstrack down --track auth --steps 2
        Reverted 2 migrations in [time]: auth 2. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 2 migrations (auth 2) in the database `[database]` on [server], environment development
          drops table public.sessions: 0 rows
          drops table public.users: 0 rows
        accounts
          reverted auth/20250103000000_sessions ([time])
          reverted auth/20250101000000_users ([time])
        [exit 0]
    "#]]);
    assert!(scene.database.has("formulas") && !scene.database.has("users"));
    scene.run("down --track atuh").shows(&expect![[r#"
        $ crosstrack down --track atuh
        [stderr]
        error: there is no track `atuh`; the tracks are `auth`, `cms`
          changed: nothing
             next: the tracks are declared in crosstrack.toml
        [exit 2]
    "#]]);
}

#[test]
fn what_an_applied_migration_requires_stays() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_favourites",
        "-- crosstrack: requires auth/20250101000000\ncreate table favourites (user_id int references users);\n",
        "drop table favourites;\n",
    );
    scene.run("up").exits(0);
    scene.run("down --track auth --steps 2").shows(&expect![[r#"
        $ crosstrack down --track auth --steps 2
        [stderr]
        error: `auth/20250101000000_users` cannot be reverted: `cms/20250105000000_favourites` requires it and stays applied
          changed: nothing
             next: revert `cms/20250105000000_favourites` first, or let `down` go further back: --steps, --to, --batch
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
    scene.run("down --steps 5").exits(0);
}

#[test]
fn a_migration_without_a_way_back_stops_down_before_anything_is_reverted() {
    let scene = Scene::new();
    scene.diesel(
        "20250101000000_users",
        "-- crosstrack: irreversible\ncreate table users (id int);\n",
        "drop table users;\n",
    );
    scene.write("cms/20250102000000_herbs.sql", "create table herbs (id int);\n");
    scene.sqlx("20250103000000_formulas", "create table formulas (id int);\n", "drop table formulas;\n");
    scene.run("up").exits(0);
    scene.run("down --steps 2").shows(&expect![[r#"
        $ crosstrack down --steps 2
        [stderr]
        error: `cms/20250102000000_herbs` has no down migration
          changed: nothing
             next: write a new migration that undoes it
        [exit 3]
    "#]]);
    scene.run("down --track auth").shows(&expect![[r#"
        $ crosstrack down --track auth
        [stderr]
        error: `auth/20250101000000_users` has no down migration: it is marked `irreversible`
          changed: nothing
             next: write a new migration that undoes it
        [exit 3]
    "#]]);
    assert!(scene.database.has("formulas"));
}

#[test]
fn a_migration_whose_files_are_gone_cannot_be_reverted() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.remove("cms/20250104000000_formulas.up.sql");
    scene.remove("cms/20250104000000_formulas.down.sql");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `cms/20250104000000_formulas` is applied, but its files are gone, its down migration among them
          changed: nothing
             next: the audit log has the down migration as it was: `crosstrack down --from-journal` runs it; or bring the files back from version control
        [exit 3]
    "#]]);
}

#[test]
fn a_backward_script_that_fails_leaves_its_migration_applied() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_articles", "create table articles (id int);\n", "drop table article;\n");
    scene.run("up").exits(0);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: the down migration of `cms/20250105000000_articles` fails on a shadow database
          --> cms/20250105000000_articles.down.sql:1:1
           |
         1 | drop table article;
           | ^
          because: the server refused a statement of the script
          because: table "article" does not exist (SQLSTATE 42P01)
          changed: nothing
             next: fix its down migration, then run the same command again
        [exit 3]
    "#]]);
    scene.run("status --check").exits(0);
    scene.write("cms/20250105000000_articles.down.sql", "drop table articles;\n");
    scene.run("down").exits(0);
    assert!(!scene.database.has("articles"));
}

#[test]
fn a_failure_on_the_way_back_says_what_was_reverted_before() {
    let scene = Scene::with_migrations();
    // It fails on rows only, so that a shadow database does not show it.
    let down = "drop table sessions;\nselect 1 / (select 1 - count(*) from users);\n";
    scene.write("auth/20250103000000_sessions/down.sql", down);
    scene.run("up").exits(0);
    scene.database.sql("insert into users values (1)");
    scene.run("down --steps 4").shows(&expect![[r#"
        $ crosstrack down --steps 4
        [stderr]
        warning: this is to revert 4 migrations (auth 2, cms 2) in the database `[database]` on [server], environment development
          drops table public.users: 1 row
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
          drops table public.sessions: 0 rows
        content
          reverted cms/20250104000000_formulas ([time])
          reverted cms/20250102000000_herbs ([time])
        accounts
          failed auth/20250103000000_sessions ([time])
        error: `auth/20250103000000_sessions` failed on the way down, auth/20250103000000_sessions/down.sql
          because: the server refused a statement of the script
          because: division by zero (SQLSTATE 22012)
          changed: this migration is applied as before: its backward script ran in one transaction; before it, this run reverted cms/20250104000000_formulas, cms/20250102000000_herbs
             next: mend the backward script, then run `crosstrack down` again
        [exit 4]
    "#]]);
    assert!(scene.database.has("sessions") && !scene.database.has("herbs"));
}

#[test]
fn going_back_over_a_broken_down_migration_is_refused_and_the_last_one_before_it_is_named() {
    let scene = one_track();
    scene.sqlx("1_t", "create table t(id int primary key, keep text);\n", "drop tabel t;\n");
    scene.sqlx("2_s", "alter table t add secret text;\n", "alter table t drop column secret;\n");
    scene.run("up").exits(0);
    scene.database.sql("insert into t select n, 'keep', 'secret ' || n from generate_series(1, 1000) n");
    let before = dump_with_data(&scene.database);
    scene.run("down -n 2").shows(&expect![[r#"
        $ crosstrack down -n 2
        [stderr]
        error: the down migration of `cms/1_t` fails on a shadow database
          --> cms/1_t.down.sql:1:6
           |
         1 | drop tabel t;
           |      ^
          because: the server refused a statement of the script
          because: syntax error at or near "tabel" (SQLSTATE 42601)
          changed: nothing
             next: fix its down migration, or revert only what comes before it: `crosstrack down -n 1` reverts up to and including cms/2_s
        [exit 3]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("down").exits(0);
}
