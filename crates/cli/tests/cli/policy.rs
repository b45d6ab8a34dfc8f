//! The rollback policy of a track: what `down` may do to it.

use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::hold_run_lock;

fn scene(policy: &str) -> Scene {
    let scene = Scene::with_migrations();
    scene.settle(
        "path = \"auth\"\nrollback = \"automatic\"",
        &format!("path = \"auth\"\nrollback = \"{policy}\""),
    );
    scene.run("up").exits(0);
    scene
}

#[test]
fn automatic_runs_the_backward_script() {
    let scene = scene("automatic");
    scene.run("down --track auth").exits(0);
    assert!(!scene.database.has("sessions"));
}

#[test]
fn backup_takes_a_backup_and_checks_it_before_anything_is_reverted() {
    let scene = scene("backup");
    scene.run("down --track auth").shows(&expect![[r#"
        $ crosstrack down --track auth
        Reverted 1 migration in [time]: auth/20250103000000_sessions. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (auth 1) in the database `[database]` on [server], environment development
          drops table public.sessions: 0 rows
        taking a backup, as the track's rollback policy wants
        backup: [project]/backups/[database]_[moment].dump ([size]), read back and sound
        accounts
          reverted auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
    let backups = scene.backups();
    assert_eq!(backups.len(), 1);
    let bytes = std::fs::read(scene.path("backups").join(&backups[0])).unwrap();
    assert!(bytes.starts_with(b"PGDMP"), "the backup is in pg_dump's own format");
}

#[cfg(unix)]
#[test]
fn without_a_backup_nothing_is_reverted() {
    let mut scene = scene("backup");
    let programs = scene.variable("PATH");
    for program in ["pg_dump", "pg_restore", "psql"] {
        scene.script(program, "[ \"$1\" = --version ] && echo 'pg_dump (PostgreSQL) 99.1' || { echo 'pg_dump: error: no room' >&2; exit 1; }");
    }
    let broken = scene.path("programs").to_str().unwrap().to_owned();
    scene.set("PATH", &broken);
    scene.run("down --track auth").shows(&expect![[r#"
        $ crosstrack down --track auth
        [stderr]
        warning: this is to revert 1 migration (auth 1) in the database `[database]` on [server], environment development
          drops table public.sessions: 0 rows
        taking a backup, as the track's rollback policy wants
        error: `pg_dump` failed: pg_dump: error: no room
          because: the track's rollback policy is `backup`: without a backup nothing is reverted
          changed: nothing
             next: mend what the program names, then try again
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions") && scene.backups().is_empty());
    std::fs::remove_dir(scene.path("backups")).unwrap();
    scene.write("backups", "a file where the folder should be");
    scene.set("PATH", &programs);
    scene.run("down --track auth").shows(&expect![[r#"
        $ crosstrack down --track auth
        [stderr]
        warning: this is to revert 1 migration (auth 1) in the database `[database]` on [server], environment development
          drops table public.sessions: 0 rows
        taking a backup, as the track's rollback policy wants
        error: cannot create `[project]/backups`
          because: File exists (os error [number])
          because: the track's rollback policy is `backup`: without a backup nothing is reverted
          changed: nothing
             next: check the permissions, and that there is room
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
}

#[test]
fn manual_touches_nothing_and_prints_the_steps() {
    let scene = scene("manual");
    scene.run("down --track auth --steps 2").shows(&expect![[r#"
        $ crosstrack down --track auth --steps 2
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. auth/20250103000000_sessions
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file auth/20250103000000_sessions/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20250103000000`

        2. auth/20250101000000_users
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file auth/20250101000000_users/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20250101000000`
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
    scene.run("down --track cms").exits(0);
}

#[test]
fn forbidden_refuses() {
    let scene = scene("forbidden");
    scene.run("down --track auth").shows(&expect![[r#"
        $ crosstrack down --track auth
        [stderr]
        error: `auth/20250103000000_sessions` may not be reverted: the rollback policy of its track is `forbidden`
          changed: nothing
             next: write a new migration that undoes it: `crosstrack create`
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
}

#[test]
fn one_careful_track_makes_the_whole_plan_careful() {
    let scene = scene("manual");
    scene.run("down --steps 3").shows(&expect![[r#"
        $ crosstrack down --steps 3
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. cms/20250104000000_formulas
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file cms/20250104000000_formulas.down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back cms/20250104000000`

        2. cms/20250102000000_herbs
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file cms/20250102000000_herbs.down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back cms/20250102000000`

        3. auth/20250103000000_sessions
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file auth/20250103000000_sessions/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20250103000000`
        [exit 3]
    "#]]);
    assert!(scene.database.has("formulas"));
}

#[test]
fn the_policy_counts_for_what_is_found_under_the_lock() {
    let scene = scene("manual");
    let lock = hold_run_lock(&scene.database);
    let waiting = scene.start("down --steps 1");
    waiting.tells("waiting:");
    // Another run reverts what this one wanted to revert; now the last applied migration is of the careful track.
    scene.database.sql("drop table formulas, herbs; delete from _sqlx_migrations");
    drop(lock);
    waiting.wait().shows(&expect![[r#"
        $ crosstrack down --steps 1
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. auth/20250103000000_sessions
           run its down migration:    psql --set ON_ERROR_STOP=1 --single-transaction --file auth/20250103000000_sessions/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20250103000000`
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          drops table public.formulas: 0 rows
        waiting: the lock is held by process [pid] of the server, another-program (a test), user developer, from a local socket, since [moment]
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
}

#[test]
fn an_environment_tightens_a_policy() {
    let mut scene = scene("automatic");
    scene.declare("[environment.production]\nrollback = { auth = \"forbidden\" }\n");
    scene.run("down --track auth --env production").exits(3);
    scene.set("CROSSTRACK_ENV", "production");
    scene.run("down --track auth").exits(3);
    scene.unset("CROSSTRACK_ENV");
    scene.set("APP_ENV", "production");
    scene.run("down --track auth").exits(3);
    assert!(scene.database.has("sessions"));
    scene.run("down --track auth --env development").exits(0);
}

#[test]
fn an_environment_forbids_commands() {
    let scene = scene("automatic");
    scene.declare("[environment.production]\nforbid = [\"down\"]\n");
    scene.run("down --env production").shows(&expect![[r#"
        $ crosstrack down --env production
        [stderr]
        error: `down` is forbidden in the environment `production`
          changed: nothing
             next: the environment's rules are in crosstrack.toml, under `forbid`
        [exit 3]
    "#]]);
    assert!(scene.database.has("sessions"));
    scene.run("down").exits(0);
}
