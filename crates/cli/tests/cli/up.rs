//! `up`: what is pending is applied, in order, once.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn up_applies_what_is_pending_and_a_second_up_has_nothing_to_do() {
    let scene = Scene::with_migrations();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 4 migrations in [time]: auth 2, cms 2.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas.
        [exit 0]
    "#]]);
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 2 applied
          applied  20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]

        Nothing is pending.
        [exit 0]
    "#]]);
}

#[test]
fn deploy_and_migrate_are_up() {
    let scene = Scene::with_migrations();
    scene.run("deploy --steps 1").shows(&expect![[r#"
        $ crosstrack deploy --steps 1
        Applied 1 migration in [time]: auth 1.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
        [exit 0]
    "#]]);
    scene.run("migrate").shows(&expect![[r#"
        $ crosstrack migrate
        Applied 3 migrations in [time]: auth 1, cms 2.
        [stderr]
        accounts
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
}

#[test]
fn a_dry_run_shows_the_steps_and_takes_none() {
    let scene = Scene::with_migrations();
    scene.run("up --dry-run --to auth/20250103000000_sessions").shows(&expect![[r#"
        $ crosstrack up --dry-run --to auth/20250103000000_sessions
        1/2 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
        2/2 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
        2 steps forward, fingerprint 483040572a50
        [exit 0]
    "#]]);
    assert!(!scene.database.has("users"));
}

#[test]
fn a_part_is_applied_by_number_by_track_or_up_to_a_migration() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 1").shows(&expect![[r#"
        $ crosstrack up --steps 1
        Applied 1 migration in [time]: auth 1.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
        [exit 0]
    "#]]);
    scene.run("up --track cms -n 1").shows(&expect![[r#"
        $ crosstrack up --track cms -n 1
        Applied 1 migration in [time]: cms 1.
        [stderr]
        content
          applied cms/20250102000000_herbs ([time])
        [exit 0]
    "#]]);
    scene.run("up --to auth/20250103000000").shows(&expect![[r#"
        $ crosstrack up --to auth/20250103000000
        Applied 1 migration in [time]: auth 1.
        [stderr]
        accounts
          applied auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    scene.run("up --to auth/20250103000000").shows(&expect![[r#"
        $ crosstrack up --to auth/20250103000000
        Nothing to apply: what is pending (cms 1) is left out by the flags.
        [exit 0]
    "#]]);
    assert!(!scene.database.has("formulas"));
    scene.run("up").exits(0);
    assert!(scene.database.has("formulas"));
}

#[test]
fn the_curious_see_the_sql_before_it_runs() {
    let scene = Scene::with_migrations();
    scene.run("up --verbose --steps 1").shows(&expect![[r#"
        $ crosstrack up --verbose --steps 1
        Applied 1 migration in [time]: auth 1.
        [stderr]
        1/1 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
            create table users (id int primary key);

        1 step forward, fingerprint 3ae2669f939b
        accounts
          applied auth/20250101000000_users ([time])
        [exit 0]
    "#]]);
}

#[test]
fn a_step_whose_run_was_killed_is_put_right_by_the_next_run() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 1").exits(0);
    scene.database.sql(
        "insert into crosstrack.run (command, environment, tool_version) values ('up', 'development', '0.1.0'); \
         insert into crosstrack.step (run, track, version, label, direction, checksum, transactional) \
         select max(id), 'auth', '20250103000000', '20250103000000_sessions', 'up', '', true from crosstrack.run",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 3 migrations in [time]: auth 1, cms 2.
        [stderr]
        note: an earlier run was lost; 1 step of the journal put right by the ledgers
        accounts
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.rows("select outcome from crosstrack.run order by id"),
        ["done", "lost", "done"]
    );
    assert_eq!(scene.database.value("select count(*) from crosstrack.step where outcome = 'intent'"), "0");
}

#[test]
fn the_journal_says_who_did_what() {
    let mut scene = Scene::with_migrations();
    scene.set("GITHUB_ACTOR", "ada");
    scene.set("GITHUB_SHA", "0123456789abcdef");
    scene.run("up --steps 1").exits(0);
    assert_eq!(
        scene.database.rows("select command, environment, actor, git_commit, outcome from crosstrack.run"),
        ["up|development|ada|0123456789abcdef|done"]
    );
    assert_eq!(
        scene.database.rows("select track, label, direction, outcome, backward from crosstrack.step"),
        ["auth|20250101000000_users|up|done|drop table users;\n"]
    );
}

#[test]
fn without_settings_the_least_that_works_is_shown() {
    let scene = Scene::with_migrations();
    let elsewhere = scene.path("crosstrack.toml");
    std::fs::rename(elsewhere, scene.path("other.toml")).unwrap();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: no `crosstrack.toml` in `[project]` or above it
             next: write one, or name it with `--config`; the least that works:

                   [[track]]
                   name = "app"
                   adapter = "sqlx"
                   path = "migrations"

                   [[phase]]
                   name = "app"
                   tracks = ["app"]
        [exit 2]
    "#]]);
    scene.run("up --config other.toml").exits(0);
}

#[test]
fn what_the_flags_leave_out_is_not_said_to_be_done() {
    let scene = Scene::with_migrations();
    for line in ["up -n 0", "up --steps 0 --track auth"] {
        let ran = scene.run(line).exits(0);
        assert_eq!(
            ran.stdout, "Nothing to apply: what is pending (auth 2, cms 2) is left out by the flags.\n",
            "{line}"
        );
    }
    scene.run("up --track auth").exits(0);
    let ran = scene.run("up --track auth").exits(0);
    assert!(
        ran.stdout.starts_with("Nothing to apply: what is pending (cms 2) is left out by the flags."),
        "{}",
        ran.transcript()
    );
}
