//! What the database is held against: the replay, what it stands on, where it is made and how long it is kept.

use expect_test::expect;

use crate::drift::up;
#[cfg(unix)]
use crate::program::wait_until;
use crate::scene::Scene;

/// The replays that are kept.
pub(crate) fn kept(scene: &Scene) -> Vec<String> {
    let folder = "target/crosstrack/replays";
    let names = if scene.path(folder).is_dir() { scene.names_in(folder) } else { Vec::new() };
    names.into_iter().filter(|name| !name.starts_with('.')).collect()
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
        unowned
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
        unowned
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
fn what_is_half_done_is_said_too() {
    let scene = up();
    scene.sqlx(
        "20250105000000_halves",
        "-- no-transaction\ncreate table one (id int);\ncreate nothing;\n",
        "drop table one;\n",
    );
    scene.run("up").exits(4);
    scene.run("drift --verbose").shows(&expect![[r#"
        $ crosstrack drift --verbose
        unowned
          table `public.one` is only in the database
               found: (id integer)
        note: `cms/20250105000000_halves` is done or undone in part: the replay has all of it or nothing
        Drift: 1 finding against what 4 applied migrations make: 1 added ([time]).
        Next, added: write a migration that makes it, or drop it; what is another tool's is named under `[drift]` in crosstrack.toml.
        [stderr]
        the replay was made on a shadow database
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
    let scene = Scene::with_migrations();
    let function = "create function one() returns int language plpgsql as $$\nbegin\n  return 1;\nend $$;\n";
    scene.sqlx("20250105000000_function", function, "");
    scene.run("up").exits(0);
    let replay = |line: &str| scene.run(line).exits(0).stderr;
    let (made, taken) =
        ("the replay was made on a shadow database\n", "the replay was kept from an earlier one\n");
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
    scene.sqlx("20250105000000_function", &function.replace('\n', "\r\n"), "");
    assert_eq!(replay("drift --verbose"), made);
    scene.sqlx("20250106000000_more", "create table more (id int);\n", "");
    let pending = "left out of it: 1 pending migration\n";
    assert_eq!(replay("drift --verbose"), format!("{taken}{pending}"), "what is pending makes nothing");
    scene.run("up").exits(0);
    assert_eq!(replay("drift --verbose"), made);
}

#[test]
fn on_the_targets_server_the_right_to_create_databases_is_needed_and_nothing_is_left() {
    let mut scene = up();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant select on all tables in schema public to {role}; grant usage on schema crosstrack to {role}; \
         grant select on all tables in schema crosstrack to {role}"
    ));
    scene.run("drift").shows(&expect![[r#"
        $ crosstrack drift
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
          changed: nothing; the shadow database was dropped
             next: it is applied here, and cannot run on an empty database: a file is missing or modified (`crosstrack status` shows which), or it needs something that existed before the first migration
             next: `crosstrack shadow capture` writes what existed before into a file for `prepare` under `[shadow]`
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
    scene.declare("[shadow]\nserver = \"target\"\n");
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
