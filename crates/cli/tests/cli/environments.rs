//! What each environment demands before a change, and which environment it is when several say so.

use crosstrack_testkit::{TestDatabase, dump_with_data};
use expect_test::expect;

use crate::scene::Scene;

const LATER: &str = "20250201000000_later";

/// A project whose first migrations are applied in this environment, and one more is pending.
fn scene(environment: &str) -> Scene {
    let mut scene = Scene::with_migrations();
    scene.set("CROSSTRACK_ACTOR", "ada");
    scene.set("CROSSTRACK_COMMIT", "0123abcd");
    let answer = format!("up --env {environment} --yes-i-mean {}", scene.database.name());
    scene.run(&answer).exits(0);
    scene.sqlx(LATER, "create table later (id int);\n", "drop table later;\n");
    scene
}

fn named(scene: &Scene, line: &str) -> String {
    format!("{line} --yes-i-mean {}", scene.database.name())
}

#[test]
fn development_asks_nobody_and_warns_when_data_is_lost() {
    let scene = scene("development");
    scene.run("up").exits(0);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        Reverted 1 migration in [time]: cms/20250201000000_later. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          drops table public.later: 0 rows
        content
          reverted cms/20250201000000_later ([time])
        [exit 0]
    "#]]);
}

#[test]
fn development_takes_a_backup_when_it_is_asked_for() {
    let scene = scene("development");
    scene.run("up --to cms/20250201000000").exits(0);
    assert!(scene.backups().is_empty());
    scene.run("down").exits(0);
    let ran = scene.run("up --backup").exits(0);
    assert!(ran.stderr.contains("taking a backup, as asked for"), "{}", ran.transcript());
    assert_eq!(scene.backups().len(), 1);
}

#[test]
fn development_needs_no_commit_in_the_journal() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    assert_eq!(
        scene.database.rows("select environment, git_commit is null from crosstrack.run"),
        ["development|t"]
    );
}

#[test]
fn staging_wants_a_yes() {
    let scene = scene("staging");
    scene.run("up --env staging").shows(&expect![[r#"
        $ crosstrack up --env staging
        [stderr]
        error: to apply 1 migration (cms 1) in the database `[database]` on [server], environment staging wants a confirmation, and there is no terminal to ask on
          changed: nothing
             next: answer in advance with `--yes`
        [exit 3]
    "#]]);
    assert!(!scene.database.has("later"));
    scene.run("up --env staging --yes").exits(0);
    assert!(scene.database.has("later"));
    // Nothing to do is nothing to ask.
    scene.run("up --env staging").exits(0);
    for line in ["down --env staging", "resolve --rolled-back cms/20250201000000 --env staging"] {
        let ran = scene.run(line).exits(3);
        assert!(ran.stderr.contains("answer in advance with `--yes`"), "{}", ran.transcript());
    }
    scene.run("down --env staging --yes").exits(0);
    assert!(!scene.database.has("later"));
}

#[cfg(unix)]
#[test]
fn staging_asks_on_a_terminal() {
    let scene = scene("staging");
    scene.run_on_terminal("up --env staging", "no").shows(&expect![[r#"
        $ crosstrack up --env staging
        [stderr]
        no
        apply 1 migration (cms 1) in the database `[database]` on [server], environment staging? [y/N] error: to apply 1 migration (cms 1) was not confirmed
          changed: nothing
        [exit 3]
    "#]]);
    assert!(!scene.database.has("later"));
    scene.run_on_terminal("up --env staging", "Yes").exits(0);
    assert!(scene.database.has("later"));
}

#[test]
fn staging_takes_a_backup_before_every_change_and_refuses_without() {
    let scene = scene("staging");
    assert!(scene.backups().is_empty(), "an empty database has nothing to lose");
    scene.write("backups", "a file where the folder should be");
    let ran = scene.run("up --env staging --yes").exits(3);
    assert!(ran.stderr.contains("cannot create"), "{}", ran.transcript());
    assert!(!scene.database.has("later"));
    scene.remove("backups");
    scene.run("up --env staging --yes").exits(0);
    assert_eq!(scene.backups().len(), 1);
    scene.run("down --env staging --yes").exits(0);
    assert_eq!(scene.backups().len(), 2);
}

#[test]
fn production_wants_the_databases_name() {
    let scene = scene("production");
    for line in ["up --env production", "up --env production --yes"] {
        let ran = scene.run(line).exits(3);
        let flag = format!("answer in advance with `--yes-i-mean {}`", scene.database.name());
        assert!(ran.stderr.contains(&flag), "{}", ran.transcript());
    }
    scene.run("up --env production --yes-i-mean another").shows(&expect![[r#"
        $ crosstrack up --env production --yes-i-mean another
        [stderr]
        error: `--yes-i-mean another` does not name this database, which is `[database]`
          changed: nothing
             next: look at the URL; `crosstrack environment` shows which database it is
        [exit 3]
    "#]]);
    assert!(!scene.database.has("later"));
    scene.run(&named(&scene, "up --env production")).exits(0);
    assert!(scene.database.has("later"));
    assert_eq!(scene.backups().len(), 1);
}

#[cfg(unix)]
#[test]
fn production_has_the_name_typed_on_a_terminal() {
    let scene = scene("production");
    scene.run_on_terminal("up --env production", "yes").shows(&expect![[r#"
        $ crosstrack up --env production
        [stderr]
        yes
        apply 1 migration (cms 1) in the database `[database]` on [server], environment production? Type the database's name: error: to apply 1 migration (cms 1) was not confirmed
          changed: nothing
        [exit 3]
    "#]]);
    assert!(!scene.database.has("later"));
    scene.run_on_terminal("up --env production", scene.database.name()).exits(0);
    assert!(scene.database.has("later"));
}

#[test]
fn productions_journal_has_to_know_who_and_which_commit() {
    let mut scene = scene("production");
    scene.unset("CROSSTRACK_COMMIT");
    scene.run(&named(&scene, "up --env production")).shows(&expect![[r#"
        $ crosstrack up --env production --yes-i-mean [database]
        [stderr]
        error: in `production` the journal has to know the git commit of the migrations, and nothing here says it
          changed: nothing
             next: set CROSSTRACK_COMMIT
        [exit 3]
    "#]]);
    scene.set("CROSSTRACK_COMMIT", "0123abcd");
    scene.unset("CROSSTRACK_ACTOR");
    scene.set("GITHUB_ACTOR", "grace");
    scene.run(&named(&scene, "up --env production")).exits(0);
    let last = "select actor, git_commit, environment from crosstrack.run order by id desc limit 1";
    assert_eq!(scene.database.rows(last), ["grace|0123abcd|production"]);
}

#[test]
fn an_environment_of_a_projects_own_is_like_production_unless_it_says_otherwise() {
    let scene = Scene::with_migrations();
    scene.declare("[environment.preview]\nlike = \"development\"\n[environment.live]\n");
    let ran = scene.run("up --env live").exits(3);
    assert!(ran.stderr.contains("in `live` the journal has to know"), "{}", ran.transcript());
    scene.run("up --env preview").exits(0);
}

#[test]
fn a_production_database_is_not_taken_for_development_by_whoever_names_nothing() {
    let scene = scene("production");
    let ran = scene.run("up").exits(3);
    assert!(ran.stderr.contains("environment production wants a confirmation"), "{}", ran.transcript());
    scene.run("environment").shows(&expect![[r#"
        $ crosstrack environment
        environment production, named by the database
        database [database] at [server], marked production since [moment]
          confirmation of a change  the database's name, in advance with `--yes-i-mean [database]`
          backup before a change    always, and checked
          forbidden                 reset, fresh, refresh, drop-database
          rollback of auth          automatic
          rollback of cms           automatic
        [exit 0]
    "#]]);
    // What only reads goes on, and says so.
    let ran = scene.run("status --env development").exits(0);
    assert!(ran.stderr.contains("warning: the database is marked `production`"), "{}", ran.transcript());
}

#[test]
fn a_production_url_with_another_environment_is_refused() {
    let mut scene = scene("production");
    scene.run("up --env development").shows(&expect![[r#"
        $ crosstrack up --env development
        [stderr]
        error: the database `[database]` is marked `production`, and --env says `development`
          changed: nothing
             next: use the right URL or the right environment; if the database really is `development` from now on: `crosstrack environment mark development`
        [exit 3]
    "#]]);
    scene.set("APP_ENV", "staging");
    let ran = scene.run("up --yes").exits(3);
    assert!(
        ran.stderr.contains("is marked `production`, and APP_ENV says `staging`"),
        "{}",
        ran.transcript()
    );
    // The flag comes before the variable, and agrees.
    scene.run(&named(&scene, "up --env production")).exits(0);
}

#[test]
fn a_url_of_a_file_that_leads_to_production_is_refused() {
    let mut scene = scene("production");
    let url = scene.variable("DATABASE_URL");
    scene.unset("DATABASE_URL");
    scene.write(".env", format!("DATABASE_URL={url}\n"));
    let ran = scene.run("up").exits(3);
    assert!(
        ran.stderr.contains("the database that `.env` names is marked `production`"),
        "{}",
        ran.transcript()
    );
    assert!(!scene.database.has("later"));
}

#[test]
fn a_renamed_database_keeps_its_mark_and_wants_its_new_name() {
    let mut scene = scene("production");
    let (old, new) = (scene.database.name().to_owned(), format!("{}_renamed", scene.database.name()));
    let url = scene.database.url().replace(&old, &new);
    let elsewhere = TestDatabase::new("elsewhere");
    let rename = |from: &str, to: &str| {
        elsewhere
            .sql(&format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{from}'"));
        elsewhere.sql(&format!("alter database {from} rename to {to}"));
    };
    rename(&old, &new);
    scene.set("DATABASE_URL", &url);
    let ran = [&old, &new].map(|name| scene.run(&format!("up --yes-i-mean {name}")));
    // The scene drops it by its first name.
    rename(&new, &old);
    assert_eq!(ran[0].code, 3, "{}", ran[0].transcript());
    assert!(ran[0].stderr.contains("does not name this database"), "{}", ran[0].transcript());
    assert_eq!(ran[1].code, 0, "{}", ran[1].transcript());
}

#[test]
fn a_production_dump_on_a_laptop_is_nothing_until_somebody_says_what() {
    let scene = scene("production");
    let mut laptop = Scene::with_migrations();
    laptop.hide(scene.database.name().to_owned(), "[another]");
    laptop.sqlx(LATER, "create table later (id int);\n", "drop table later;\n");
    laptop.database.sql(&dump_with_data(&scene.database));
    laptop.database.sql("set search_path to public");
    laptop.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the database `[database]` was restored from one that was marked `production`, `[another]`, and nobody says which environment it is now
          changed: nothing
             next: name it with `--env`: the next run that changes something marks the database with it
        [exit 3]
    "#]]);
    laptop.run("environment").shows(&expect![[r#"
        $ crosstrack environment
        environment development, named by the default
        database [database] at [server], restored from [another], which was marked production
          confirmation of a change  none, a warning when data is lost
          backup before a change    when `--backup` asks for it
          forbidden                 nothing
          rollback of auth          automatic
          rollback of cms           automatic
        [exit 0]
    "#]]);
    let ran = laptop.run("up --env development").exits(0);
    assert!(ran.stderr.contains("the database is marked `development` from now on"), "{}", ran.transcript());
    // It is its own mark from now on.
    laptop.run("down").exits(0);
    assert!(!laptop.database.has("later"));
}

#[test]
fn a_database_becomes_another_environments_when_its_name_is_typed() {
    let scene = scene("production");
    let ran = scene.run("environment mark development").exits(3);
    assert!(ran.stderr.contains("--yes-i-mean"), "{}", ran.transcript());
    scene.run("environment mark develpment").exits(2);
    scene.run(&named(&scene, "environment mark development")).shows(&expect![[r#"
        $ crosstrack environment mark development --yes-i-mean [database]
        environment development, named by --env
        database [database] at [server], marked development since [moment]
          confirmation of a change  none, a warning when data is lost
          backup before a change    when `--backup` asks for it
          forbidden                 nothing
          rollback of auth          automatic
          rollback of cms           automatic
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    let runs = "select command, environment from crosstrack.run order by id";
    assert_eq!(scene.database.rows(runs), ["up|production", "environment|development", "up|development"]);
}

#[test]
fn what_was_confirmed_is_what_is_done() {
    let scene = scene("staging");
    let lock = crate::waiting::hold_run_lock(&scene.database);
    let waiting = scene.start("up --env staging --yes");
    waiting.tells("waiting:");
    // Somebody else comes first.
    scene.sqlx("20250202000000_more", "create table more (id int);\n", "drop table more;\n");
    scene.database.sql(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                        values (20250201000000, 'later', true, '', 0)",
    );
    drop(lock);
    let ran = waiting.wait().exits(3);
    assert!(
        ran.stderr.contains("history is broken") || ran.stderr.contains("no longer what was confirmed"),
        "{}",
        ran.transcript()
    );
    assert!(!scene.database.has("later") && !scene.database.has("more"));
}
