//! A script outside a transaction relies on its session: on the search path that it or its track sets, on roles and temporary
//! tables. What is found in the catalog is looked for on that path, and what is gone with a session is made again or missed aloud.

use crosstrack_fault::Point;
use crosstrack_testkit::{Fault, Pooler};
use expect_test::expect;

use crate::scene::Scene;
use crate::waiting::Session;

/// A track whose tables are in `app`, and a table that has the same index name in `public`.
fn in_app() -> Scene {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"300ms\"\nlock_attempts = 2\n");
    scene.settle("path = \"cms\"\n", "path = \"cms\"\nsession = [\"SET search_path TO app, public\"]\n");
    scene.database.sql("create schema app; create table app.t (id int); create table u (id int)");
    scene
}

/// Whether the index is there and valid, by its schema.
fn validity(scene: &Scene, index: &str) -> Vec<String> {
    scene.database.rows(&format!(
        "select relnamespace::regnamespace, indisvalid from pg_index join pg_class c on c.oid = indexrelid \
         where relname = '{index}' order by relnamespace::regnamespace::text"
    ))
}

#[test]
fn an_invalid_index_is_found_on_the_path_that_the_track_sets() {
    let scene = in_app();
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate index concurrently if not exists t_id on t (id);\n",
        "",
    );
    let session = Session::open(&scene.database);
    session.run("begin; lock table app.t in row exclusive mode");
    let ran = scene.run("up").exits(4);
    assert!(
        ran.stderr.contains("app.\"t_id\"") || ran.stderr.contains("\"app\".\"t_id\""),
        "{}",
        ran.transcript()
    );
    drop(session);
    scene.run("up").exits(0);
    assert_eq!(validity(&scene, "t_id"), ["app|t"]);
}

/// Runs a command and kills it at a point that it has passed before so many times.
fn killed(scene: &mut Scene, line: &str, point: Point, passes: usize) {
    let (name, value) = Fault::kill(point, passes).variable();
    scene.set(name, &value);
    assert_eq!(scene.run(line).code, -1, "it is killed");
    scene.unset(name);
}

#[test]
fn an_index_of_the_same_name_elsewhere_is_not_taken_for_the_one_that_is_built() {
    // The path is the track's, or the script's own; in either case nobody saw whether the build was done.
    for own in ["", "set search_path to app, public;\n"] {
        let mut scene = in_app();
        if !own.is_empty() {
            scene.settle("session = [\"SET search_path TO app, public\"]\n", "");
        }
        let script = format!("-- no-transaction\n{own}create index concurrently t_id on t (id);\n");
        scene.sqlx("20250105000000_index", &script, "");
        scene.database.sql("create index t_id on u (id)");
        killed(&mut scene, "up", Point::BeforeStatement, own.lines().count());
        assert_eq!(validity(&scene, "t_id"), ["public|t"]);
        scene.run("up").exits(0);
        assert_eq!(validity(&scene, "t_id"), ["app|t", "public|t"], "{own}");
    }
}

#[test]
fn an_index_that_is_to_be_dropped_is_looked_for_on_the_scripts_path() {
    let mut scene = in_app();
    scene.database.sql("create index t_id on app.t (id)");
    scene.sqlx("20250105000000_index", "-- no-transaction\ndrop index concurrently t_id;\n", "");
    killed(&mut scene, "up", Point::BeforeStatement, 0);
    scene.run("up").exits(0);
    assert!(validity(&scene, "t_id").is_empty());
}

#[test]
fn another_index_is_not_dropped_in_the_place_of_one_that_may_be_gone() {
    let mut scene = in_app();
    scene.database.sql("create index t_id on app.t (id); create index t_id on u (id)");
    scene.sqlx("20250105000000_index", "-- no-transaction\ndrop index concurrently t_id;\n", "");
    killed(&mut scene, "up", Point::AfterStatement, 0);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        note: an earlier run was lost; 1 step of the journal put right by the ledgers
        content
          failed cms/20250105000000_index ([time])
        error: `cms/20250105000000_index` failed on the way up, cms/20250105000000_index.up.sql
          because: whether the index that the statement drops is gone cannot be told: "public"."t_id" is there, and may be another one
          changed: no statement of this migration was done by this run; before it, this run applied nothing
             next: name the schema of the index in the script, or drop by hand the one that is meant: the statement is then counted as done; and run the same command again
        [exit 4]
    "#]]);
    assert_eq!(validity(&scene, "t_id"), ["public|t"]);
    scene.sqlx("20250105000000_index", "-- no-transaction\ndrop index concurrently app.t_id;\n", "");
    scene.run("up").exits(0);
    assert_eq!(validity(&scene, "t_id"), ["public|t"]);
}

#[test]
fn settings_of_the_done_statements_are_made_again() {
    let mut scene = Scene::with_migrations();
    let role = scene.database.role("other", "");
    scene.database.sql(&format!("create schema app; grant all on schema app to {role}"));
    scene.sqlx(
        "20250105000000_theirs",
        &format!(
            "-- no-transaction\nset search_path to app;\nselect set_config('work_mem', '77MB', false);\nset role {role};\n\
             begin;\nset work_mem to '1MB';\nrollback;\n\
             create table theirs as select current_setting('work_mem') as memory;\nreset role;\nreset search_path;\n"
        ),
        "",
    );
    killed(&mut scene, "up --to cms/20250105000000", Point::BeforeStatement, 4);
    assert!(!scene.database.has("app.theirs"));
    scene.run("up").exits(0);
    assert_eq!(scene.database.value("select tableowner from pg_tables where tablename = 'theirs'"), role);
    assert_eq!(scene.database.value("select memory from app.theirs"), "77MB");
    scene.run("status --check").exits(0);
    scene.database.sql(&format!("drop table app.theirs; revoke all on schema app from {role}"));
}

#[test]
fn rows_of_a_temporary_table_that_is_gone_are_missed_before_anything_is_touched() {
    let mut scene = Scene::with_migrations();
    let script = "-- no-transaction\ncreate temporary table Kept as select 1 as id;\ncreate table notes (id int);\n\
                  insert into notes select id from kept;\n";
    scene.sqlx("20250105000000_kept", script, "");
    killed(&mut scene, "up", Point::BeforeStatement, 2);
    // A table of that name is no substitute.
    scene.database.sql("create table kept (id int)");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        note: an earlier run was lost; 1 step of the journal put right by the ledgers
        error: `cms/20250105000000_kept` cannot go on where it stopped: the temporary `kept` of line 2 is gone with the session that ran it
          because: the script is cms/20250105000000_kept.up.sql, line 2
          changed: nothing
             next: take out of the rest of the script what needs it: statements behind those that are done may be changed
             next: or do the rest by hand, and tell the ledger: `crosstrack resolve --applied cms/20250105000000_kept`
        [exit 3]
    "#]]);
    scene.sqlx("20250105000000_kept", &script.replace("select id from kept", "values (1)"), "");
    scene.run("up").exits(0);
    assert_eq!(scene.database.rows("select id from notes"), ["1"]);
}

/// A table with two indexes, and a script that builds them anew.
fn to_reindex() -> Scene {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"300ms\"\nlock_attempts = 3\n");
    scene
        .database
        .sql("create table t (id int); create index t_id on t (id); create index t_more on t (id, id)");
    scene.sqlx("20250105000000_reindex", "-- no-transaction\nreindex table concurrently t;\n", "");
    scene
}

/// The invalid indexes.
fn invalid(scene: &Scene) -> Vec<String> {
    scene.database.rows(
        "select indexrelid::regclass from pg_index where not indisvalid order by indexrelid::regclass::text",
    )
}

#[test]
fn what_a_failed_reindex_leaves_is_dropped_and_named() {
    let scene = to_reindex();
    // An unfinished index that was there before is somebody else's.
    scene.database.sql(
        "create index other_ccnew on t (id); update pg_index set indisvalid = false where indexrelid = 'other_ccnew'::regclass",
    );
    let session = Session::open(&scene.database);
    session.run("begin isolation level repeatable read; select 1");
    let ran = scene.run("up").exits(4);
    assert!(
        ran.stderr.contains(
            "the invalid indexes public.t_id_ccnew, public.t_more_ccnew that the build left were dropped"
        ),
        "{}",
        ran.transcript()
    );
    assert_eq!(invalid(&scene), ["other_ccnew"]);
    drop(session);
    scene.run("up").exits(0);
    assert_eq!(invalid(&scene), ["other_ccnew"]);
}

#[test]
fn what_a_failed_reindex_leaves_for_the_next_run_is_no_more_than_one_attempt_leaves() {
    let scene = to_reindex();
    let session = Session::open(&scene.database);
    session.run("begin; lock table t in row exclusive mode");
    let ran = scene.run("up").exits(4);
    assert!(
        ran.stderr.contains(
            "the invalid indexes public.t_id_ccnew, public.t_more_ccnew that the build left are still there"
        ),
        "{}",
        ran.transcript()
    );
    assert_eq!(invalid(&scene), ["t_id_ccnew", "t_more_ccnew"]);
    drop(session);
    scene.run("up").exits(0);
    assert!(invalid(&scene).is_empty());
}

#[test]
fn a_leftover_that_cannot_be_dropped_is_named() {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"300ms\"\nlock_attempts = 1\n");
    scene.database.sql("create table t (id int); insert into t values (1), (1)");
    let failed = scene.database.try_sql("create unique index concurrently t_id on t (id)");
    assert!(failed.is_err());
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate unique index concurrently t_id on t (id);\n",
        "",
    );
    let session = Session::open(&scene.database);
    session.run("begin; lock table t in row exclusive mode");
    let ran = scene.run("up").exits(4);
    assert!(
        ran.stderr.contains("the invalid index \"public\".\"t_id\" that the build left is still there"),
        "{}",
        ran.transcript()
    );
}

#[test]
fn what_a_script_leaves_in_its_session_is_refused_behind_a_pooler() {
    let Some(pooler) = Pooler::start(5) else { return };
    for (mark, script, reason) in [
        (
            "-- no-transaction\n",
            "set search_path to app;\ncreate table notes (id int);\n",
            "runs outside a transaction",
        ),
        ("-- no-transaction\n", "create temp table kept (id int);\n", "runs outside a transaction"),
        ("-- no-transaction\n", "do $$ begin set work_mem = '77MB'; end $$;\n", "runs outside a transaction"),
        (
            "",
            "create table notes (id int);\nselect pg_advisory_lock(7);\n",
            "takes a lock that its session keeps",
        ),
        ("", "do $$ begin perform pg_advisory_lock(7); end $$;\n", "takes a lock that its session keeps"),
    ] {
        let mut scene = Scene::with_migrations();
        scene.set("DATABASE_URL", &pooler.url(&scene.database));
        scene.sqlx("20250105000000_kept", &format!("{mark}{script}"), "");
        let ran = scene.run("up").exits(3);
        assert!(
            ran.stderr.contains(reason) && ran.stderr.contains("changed: nothing"),
            "{}",
            ran.transcript()
        );
        assert!(!scene.database.has("users"), "{script}");
    }
    // What a transaction sets is put back at its end.
    let mut scene = Scene::with_migrations();
    scene.set("DATABASE_URL", &pooler.url(&scene.database));
    scene.sqlx("20250105000000_set", "set search_path to public;\ncreate table notes (id int);\n", "");
    scene.run("up").exits(0);
}
