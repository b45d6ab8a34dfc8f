//! What was broken off goes on: behind the statements that are done, past the locks of others, after a run that is lost.

use expect_test::expect;

use crate::program::wait_until;
use crate::scene::Scene;
use crate::waiting::Session;

const LABEL: &str = "20250105000000_notes";

/// A script outside a transaction whose third statement cannot succeed before somebody mends the data.
fn scene() -> Scene {
    let scene = Scene::with_migrations();
    scene.sqlx(
        LABEL,
        "-- no-transaction\ncreate table notes (text text);\ninsert into notes values ('once');\n\
         create unique index concurrently herbs_one on herbs (id);\ninsert into notes values ('last');\n",
        "-- no-transaction\ndrop index concurrently herbs_one;\ndrop index concurrently herbs_two;\ndrop table notes;\n",
    );
    scene.run("up --to cms/20250104000000").exits(0);
    scene.database.sql("insert into herbs values (1), (1)");
    scene.run("up").exits(4);
    scene
}

fn notes(scene: &Scene) -> Vec<String> {
    scene.database.rows("select text from notes")
}

#[test]
fn a_retry_goes_on_behind_the_statements_that_are_done() {
    let scene = scene();
    assert_eq!(notes(&scene), ["once"]);
    scene.run("plan --summary").shows(&expect![[r#"
        $ crosstrack plan --summary
        1/1 up cms/20250105000000_notes  cms/20250105000000_notes.up.sql, no transaction, statement by statement
            note: an earlier run has done the first 2 statements; this one goes on behind them
            hazard: runs outside a transaction
        1 step forward, fingerprint 1a6e90f9aa5e
        [exit 0]
    "#]]);
    scene.database.sql("truncate herbs");
    scene.run("up").exits(0);
    assert_eq!(notes(&scene), ["once", "last"]);
    let steps = "select outcome, statements_done, statements from crosstrack.step where label = '20250105000000_notes' order by id";
    assert_eq!(scene.database.rows(steps), ["failed|2|4", "done|4|4"]);
    scene.run("status --check").exits(0);
}

#[test]
fn the_statement_that_failed_may_be_mended() {
    let scene = scene();
    let mended = scene.read(&format!("cms/{LABEL}.up.sql")).replace("create unique index", "create index");
    scene.write(&format!("cms/{LABEL}.up.sql"), mended);
    scene.run("up").exits(0);
    assert_eq!(notes(&scene), ["once", "last"]);
}

#[test]
fn a_script_whose_done_statements_were_edited_stops_until_somebody_decides() {
    let scene = scene();
    let edited = scene.read(&format!("cms/{LABEL}.up.sql")).replace("'once'", "'twice'");
    scene.write(&format!("cms/{LABEL}.up.sql"), edited);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `cms/20250105000000_notes` is half applied: the first 2 statements are done, and its script no longer begins with what is done
          changed: nothing
             next: failed: put the statements that are done back to the head of the script, and `crosstrack up` goes on behind them; or finish or undo it by hand, then `crosstrack resolve --applied cms/20250105000000_notes` or `--rolled-back cms/20250105000000_notes`
        [exit 3]
    "#]]);
    assert_eq!(notes(&scene), ["once"]);
    // Somebody clears up by hand, and says so: it begins at its beginning.
    scene.database.sql("drop table notes; truncate herbs");
    scene.run(&format!("resolve --rolled-back cms/{LABEL}")).exits(0);
    scene.run("up").exits(0);
    assert_eq!(notes(&scene), ["twice", "last"]);
}

#[test]
fn a_migration_that_is_half_applied_is_not_lost_with_its_files() {
    for renamed in [None, Some("20250106000000_notes")] {
        let scene = scene();
        for direction in ["up", "down"] {
            let path = format!("cms/{LABEL}.{direction}.sql");
            let sql = scene.read(&path);
            scene.remove(&path);
            if let Some(label) = renamed {
                scene.write(&format!("cms/{label}.{direction}.sql"), sql);
            }
        }
        scene.run("status --check").exits(1);
        let ran = scene.run("up").exits(3);
        let sentence =
            format!("`cms/{LABEL}` is half applied: the first 2 statements are done, and its files are gone");
        assert!(ran.stderr.contains(&sentence), "{}", ran.transcript());
        let ran = scene.run(&format!("resolve --applied cms/{LABEL}")).exits(3);
        assert!(ran.stderr.contains("has no files"), "{}", ran.transcript());
        // Undone by hand, and said so.
        scene.database.sql("drop table notes; truncate herbs");
        scene.run(&format!("resolve --rolled-back cms/{LABEL}")).exits(0);
        scene.run("up").exits(0);
        scene.run("status --check").exits(0);
    }
}

#[test]
fn a_way_back_whose_done_statements_were_edited_is_refused() {
    let mut scene = scene();
    scene.without_shadow_server();
    scene.database.sql("truncate herbs");
    scene.run("up").exits(0);
    scene.run("down").exits(4);
    let path = format!("cms/{LABEL}.down.sql");
    let down = scene.read(&path);
    scene.write(&path, down.replace("drop index concurrently herbs_one", "select 1"));
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: the down migration of `cms/20250105000000_notes` stopped in the middle, and its script no longer begins with what is done
          changed: nothing
             next: put those statements back as they were, and `down` goes on behind them; or undo the rest by hand and say so: `crosstrack resolve --rolled-back cms/20250105000000_notes`
        [exit 3]
    "#]]);
    scene.write(&path, down.replace("concurrently herbs_two", "concurrently if exists herbs_two"));
    scene.run("down").exits(0);
    assert!(!scene.database.has("notes"));
}

#[test]
fn an_invalid_index_of_another_definition_is_left_alone() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate index concurrently if not exists herbs_one on herbs (id desc);\n",
        "",
    );
    scene.run("up --to cms/20250104000000").exits(0);
    scene.database.sql("insert into herbs values (1), (1)");
    let failed = scene.database.try_sql("create unique index concurrently herbs_one on herbs (id)");
    assert!(failed.is_err());
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        content
          failed cms/20250105000000_index ([time])
        error: `cms/20250105000000_index` failed on the way up, cms/20250105000000_index.up.sql
          because: an invalid index "public"."herbs_one" of another definition stands in the place of the one that would be built
          changed: no statement of this migration was done by this run; before it, this run applied nothing
             next: look at it, and drop it if nobody needs it: `DROP INDEX CONCURRENTLY "public"."herbs_one"`; then run the same command again
        [exit 4]
    "#]]);
    assert!(scene.database.has("herbs_one"));
    scene.database.sql("drop index herbs_one");
    scene.run("up").exits(0);
}

#[test]
fn a_transaction_of_the_scripts_own_is_repeated_whole() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_block",
        "-- no-transaction\ncreate table notes (text text);\nbegin;\ninsert into notes values ('both');\n\
         insert into formulas select id from herbs;\ncommit;\ninsert into notes values ('last');\n",
        "",
    );
    scene.run("up --to cms/20250104000000").exits(0);
    scene.database.sql("insert into herbs values (1), (1); alter table formulas add unique (id)");
    scene.run("up").exits(4);
    assert!(notes(&scene).is_empty());
    scene.database.sql("delete from herbs where ctid = (select min(ctid) from herbs)");
    scene.run("up").exits(0);
    assert_eq!(notes(&scene), ["both", "last"]);
    let done = "select max(statements_done) from crosstrack.step where outcome = 'failed'";
    assert_eq!(scene.database.value(done), "1");
}

#[test]
fn a_statement_that_wants_no_transaction_is_found_out() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_batches",
        "-- no-transaction\ncreate table notes (text text);\n\
         do $$ begin insert into notes values ('first'); commit; insert into notes values ('second'); commit; end $$;\n",
        "",
    );
    scene.run("up").exits(0);
    assert_eq!(notes(&scene), ["first", "second"]);
}

#[test]
fn a_procedure_that_commits_by_itself_is_not_repeated() {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"50ms\"\n");
    scene.run("up").exits(0);
    scene.sqlx(
        "20250105000000_call",
        "-- no-transaction\ncreate table notes (text text);\ncreate procedure p() language plpgsql as $$ begin \
         insert into notes values ('once'); commit; alter table herbs add name text; end $$;\ncall p();\n",
        "",
    );
    let session = Session::open(&scene.database);
    session.run("begin; select * from herbs");
    let ran = scene.run("up").exits(4);
    assert!(!ran.stderr.contains("retrying:"), "{}", ran.transcript());
    assert_eq!(notes(&scene), ["once"]);
}

#[test]
fn a_statement_that_becomes_somebody_else_is_run_all_the_same() {
    let scene = Scene::with_migrations();
    let role = scene.database.role("other", "");
    scene.sqlx(
        "20250105000000_role",
        &format!(
            "-- no-transaction\ngrant all on schema public to {role};\nset session authorization {role};\n\
             create table theirs (id int);\nreset session authorization;\n"
        ),
        "",
    );
    scene.run("up").exits(0);
    assert_eq!(scene.database.value("select tableowner from pg_tables where tablename = 'theirs'"), role);
    scene.database.sql(&format!("drop table theirs; revoke all on schema public from {role}"));
}

#[test]
fn a_step_gets_its_lock_when_it_is_tried_again() {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"200ms\"\nlock_attempts = 50\n");
    scene.run("up").exits(0);
    scene.sqlx("20250105000000_names", "create table once (id int); alter table herbs add name text;\n", "");
    let session = Session::open(&scene.database);
    session.run("begin; select * from herbs");
    let running = scene.start("up");
    running.tells("retrying:");
    drop(session);
    let ran = running.wait().exits(0);
    assert!(ran.stdout.starts_with("Applied 1 migration"), "{}", ran.transcript());
    scene.run("status --check").exits(0);
}

#[test]
fn how_often_it_is_tried_is_said_by_the_migration_the_track_the_environment_or_the_database() {
    let attempts = |scene: &Scene, line: &str| {
        let session = Session::open(&scene.database);
        session.run("begin; select * from herbs");
        let ran = scene.run(line).exits(4);
        ran.stderr.matches("retrying:").count() + 1
    };
    let scene = Scene::with_migrations();
    scene.declare(
        "[database]\nlock_timeout = \"50ms\"\nlock_attempts = 4\n[environment.staging]\nlock_attempts = 3\nlock_timeout = \"60ms\"\n",
    );
    scene.run("up").exits(0);
    scene.sqlx("20250105000000_names", "alter table herbs add name text;\n", "");
    assert_eq!(attempts(&scene, "up"), 4);
    // It is another environment's from now on.
    scene.run(&format!("environment mark staging --yes-i-mean {}", scene.database.name())).exits(0);
    assert_eq!(attempts(&scene, "up --yes"), 3);
    scene.settle("path = \"cms\"\n", "path = \"cms\"\nlock_attempts = 2\n");
    assert_eq!(attempts(&scene, "up --yes"), 2);
    scene.sqlx(
        "20250105000000_names",
        "-- crosstrack: lock_attempts 1\nalter table herbs add name text;\n",
        "",
    );
    assert_eq!(attempts(&scene, "up --yes"), 1);
}

#[test]
fn what_a_script_has_committed_itself_is_not_repeated() {
    let scene = Scene::with_migrations();
    scene.declare("[database]\nlock_timeout = \"50ms\"\n");
    scene.run("up").exits(0);
    scene.diesel(
        "20250105000000_own",
        "create table notes (text text);\ncommit;\nbegin;\nalter table herbs add name text;\n",
        "",
    );
    let session = Session::open(&scene.database);
    session.run("begin; select * from herbs");
    let ran = scene.run("up").exits(4);
    assert!(!ran.stderr.contains("retrying:"), "{}", ran.transcript());
}

#[test]
fn long_transactions_on_the_tables_that_a_step_will_lock_are_told_before() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.sqlx("20250105000000_index", "create index herbs_id on herbs (id);\n", "drop index herbs_id;\n");
    let session = Session::open(&scene.database);
    session.run("begin; select * from herbs");
    let old = "select count(*) from pg_stat_activity where application_name like 'another-program%' \
               and datname = current_database() and xact_start < clock_timestamp() - interval '2.1 s'";
    wait_until("the transaction is long", || scene.database.value(old) == "1");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 1 migration in [time]: cms 1.
        [stderr]
        content
        note: cms/20250105000000_index is about to lock what these transactions have been using for long:
            process [pid], another-program (a test), user developer, in a transaction for [time], idle in transaction: begin; select * from herbs
          applied cms/20250105000000_index ([time])
        [exit 0]
    "#]]);
}

#[test]
fn a_journal_of_the_first_format_is_read_and_brought_to_this_one() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql(
        "drop function crosstrack.refuse_change cascade; \
         alter table crosstrack.run drop column application; \
         alter table crosstrack.step drop column backward_transactional, drop column statements_checksum, drop column in_doubt; \
         alter table crosstrack.step drop constraint step_outcome_check, \
         add constraint step_outcome_check check (outcome in ('intent', 'done', 'failed')); \
         drop table crosstrack.mark; comment on schema crosstrack is 'The journal of crosstrack, format 1'",
    );
    scene.run("status --check").exits(0);
    scene.run("plan").exits(0);
    scene.run("down --dry-run").exits(0);
    scene.run("down").exits(0);
    assert_eq!(
        scene.database.value("select obj_description('crosstrack'::regnamespace, 'pg_namespace')"),
        "The journal of crosstrack, format 3"
    );
    scene.run("up").exits(0);
    scene.run("resolve --rolled-back cms/20250104000000").exits(0);
}

#[test]
fn a_journal_of_a_later_format_is_not_spoilt() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 1").exits(0);
    scene.database.sql("comment on schema crosstrack is 'The journal of crosstrack, format 4'");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the journal, schema `crosstrack`, has the format 4, and this version of crosstrack knows 3
          changed: nothing
             next: use the version of crosstrack that the last run used, or a newer one
        [exit 3]
    "#]]);
    scene.run("status").exits(0);
}

#[cfg(unix)]
#[test]
fn what_a_lost_run_is_still_doing_is_ended_by_the_next() {
    let scene = Scene::with_migrations();
    scene.diesel(
        "20250105000000_long",
        "create table long (id int);\nselect pg_sleep(60);\n",
        "drop table long;\n",
    );
    let killed = scene.start("up");
    let sleeps = "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' \
                  and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()";
    wait_until("the migration sleeps", || scene.database.value(sleeps) == "1");
    killed.signal(rustix::process::Signal::KILL);
    killed.wait();
    assert_eq!(scene.database.value(sleeps), "1", "a stopped client is not a stopped server");
    scene.diesel("20250105000000_long", "create table long (id int);\n", "drop table long;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 3 migrations in [time]: auth 1, cms 2.
        [stderr]
        note: an earlier run was lost, and the server was still at work for it: 1 session ended
        note: an earlier run was lost; 1 step of the journal put right by the ledgers
        accounts
          applied auth/20250105000000_long ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value(sleeps), "0");
}
