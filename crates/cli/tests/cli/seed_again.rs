//! `seed` when something comes between: what passes is tried again, and what does not leaves nothing half done.

use expect_test::expect;

#[cfg(unix)]
use crate::program::wait_until;
use crate::scene::Scene;
use crate::seed::{also, scene};

/// A trigger that does this the first time a row is written, and then never again.
fn once(scene: &Scene, what: &str) {
    scene.database.sql(&format!(
        "create sequence attempts; create function trip() returns trigger language plpgsql as \
         $$ begin if nextval('attempts') = 1 then {what} end if; return new; end $$; \
         create trigger trip before insert on users for each row execute function trip()"
    ));
}

#[test]
fn a_serialization_failure_is_tried_again() {
    let scene = scene();
    once(&scene, "raise exception 'could not serialize' using errcode = '40001';");
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        file           table  created  changed  present  time
        010_users.csv  users        3        0        0  [time]
        Seeded development in [time]: 3 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
        retrying: 010_users.csv, attempt 1 of 5 failed: could not serialize (SQLSTATE 40001); again in [time]
          loaded 010_users.csv ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "3");
}

#[test]
fn a_lost_connection_is_tried_again() {
    let scene = scene();
    once(&scene, "perform pg_terminate_backend(pg_backend_pid());");
    let ran = scene.run("seed").exits(0);
    assert!(ran.stderr.contains("retrying: 010_users.csv, attempt 1 of 5 failed"), "{}", ran.transcript());
    assert_eq!(scene.database.value("select count(*) from users"), "3");
}

#[test]
fn nothing_is_committed_without_the_lock() {
    let scene = scene();
    let script = "insert into users values (30, 'Joan');\nselect pg_terminate_backend(pid) from pg_stat_activity \
                  where datname = current_database() and application_name like '%run lock';\nselect pg_sleep(0.5);\n";
    also(&scene, "030_users.sql", script, "");
    scene.run("seed --quiet").shows(&expect![[r#"
        $ crosstrack seed --quiet
        [stderr]
        error: cannot load `030_users.sql`
          because: the run's lock was lost before crosstrack could commit the rows
          changed: loaded: 010_users.csv; of the file that failed nothing is left
             next: run the same command again: it finds out what was done, and goes on from there
        [exit 4]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "3");
    scene.run("seed --quiet --only 010_users").exits(0);
    assert_eq!(
        scene.database.rows("select outcome from crosstrack.run where command = 'seed' order by id"),
        ["lost", "done"]
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_the_file_under_way_out() {
    let scene = scene();
    also(&scene, "030_users.sql", "insert into users values (30, 'Joan');\nselect pg_sleep(60);\n", "");
    let running = scene.start("seed");
    let sleeps = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' \
                  and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()";
    wait_until("the seed sleeps", || scene.database.value(sleeps) == "1");
    running.signal(rustix::process::Signal::INT);
    running.wait().shows(&expect![[r#"
        $ crosstrack seed
        [stderr]
          loaded 010_users.csv ([time])

        stopping: what the server is doing for this run is cancelled; once more to leave at once
        error: stopped at `030_users.sql`
          changed: loaded: 010_users.csv; of the file that failed nothing is left
             next: run the same command again: what is there is left as it is
        [exit 130]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from users"), "3");
    let outcome = "select outcome from crosstrack.run order by id desc limit 1";
    assert_eq!(scene.database.value(outcome), "stopped");
}

#[cfg(unix)]
#[test]
fn seeds_are_loaded_behind_a_pooler_too() {
    let Some(pooler) = crosstrack_testkit::Pooler::start(5) else { return };
    let mut scene = scene();
    also(&scene, "020_users.csv", "id,name\n20,Mary\n", "key = [\"id\"]\n");
    let url = pooler.url(&scene.database);
    scene.set("DATABASE_URL", &url);
    for (line, present) in [("seed", 0), ("seed", 4), ("seed --fresh", 0), ("seed", 4)] {
        let document = scene.run(&format!("{line} --format json")).document();
        assert_eq!(document["present"], present, "{document:#}");
    }
    scene.run("seed --check").exits(0);
}
