//! `history`: the journal as an audit log, and what keeps it one: it is only added to, also by whoever may migrate.

use expect_test::expect;

use crate::scene::Scene;

/// A project that a job ran from a commit.
fn scene() -> Scene {
    let mut scene = Scene::with_migrations();
    scene.set("GITHUB_ACTOR", "ada");
    scene.set("GITHUB_SHA", "5ea0468895b7c1d24e0f9a8b7c6d5e4f30211f0e");
    scene.hide(whoami::hostname().unwrap(), "[host]");
    scene
}

#[test]
fn without_a_journal_there_is_no_history() {
    let scene = scene();
    scene.run("history").shows(&expect![[r#"
        $ crosstrack history
        There is no journal yet: the first run makes it.
        [exit 0]
    "#]]);
    assert!(!scene.database.has("crosstrack.run"));
}

#[test]
fn every_run_says_who_when_from_where_and_how_it_ended() {
    let scene = scene();
    scene.sqlx("20250105000000_broken", "select 1;\nselect nothing;\n", "");
    scene.run("up --track auth").exits(0);
    scene.run("up").exits(4);
    scene.run("down").exits(0);
    scene.run("history").shows(&expect![[r#"
        $ crosstrack history
        #3  down  done  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            1 step: cms 1 down done
        #2  up  failed  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            3 steps: cms 2 up done, cms 1 up failed
        #1  up  done  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            2 steps: auth 2 up done
        3 runs.
        [exit 0]
    "#]]);
    scene.run("history --steps -n 2").shows(&expect![[r#"
        $ crosstrack history --steps -n 2
        #3  down  done  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            done      down  cms/20250104000000_formulas  [time]
        #2  up  failed  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            done      up    cms/20250102000000_herbs  [time]
            done      up    cms/20250104000000_formulas  [time]
            failed    up    cms/20250105000000_broken  [time]
                column "nothing" does not exist (SQLSTATE 42703)
        2 of 3 runs: `crosstrack history --limit 0` shows all.
        [exit 0]
    "#]]);
}

#[test]
fn filters_leave_only_what_was_asked_for() {
    let scene = scene();
    scene.run("up --track auth").exits(0);
    scene.run("up").exits(0);
    scene.run("down").exits(0);
    scene.run("resolve --applied cms/20250104000000").exits(0);
    let runs = |line: &str| -> Vec<i64> {
        let document = scene.run(&format!("history --format json {line}")).exits(0).document();
        document["runs"].as_array().unwrap().iter().map(|run| run["run"].as_i64().unwrap()).collect()
    };
    assert_eq!(runs(""), [4, 3, 2, 1]);
    assert_eq!(runs("--track auth"), [1]);
    assert_eq!(runs("--migration cms/20250104000000"), [4, 3, 2]);
    assert_eq!(runs("--migration cms/20250104000000_formulas --command down"), [3]);
    assert_eq!(runs("--migration auth/20250104000000"), [] as [i64; 0]);
    assert_eq!(runs("--command resolve"), [4]);
    assert_eq!(runs("--outcome failed"), [] as [i64; 0]);
    assert_eq!(runs("--outcome done --limit 2"), [4, 3]);
    assert_eq!(runs("--limit 0 --since 1h"), [4, 3, 2, 1]);
    assert_eq!(runs("--since 2020-01-01"), [4, 3, 2, 1]);
    assert_eq!(runs("--since 2999-01-01"), [] as [i64; 0]);
    let steps = scene.run("history --format json --migration cms/20250104000000 --command up").document();
    assert_eq!(steps["runs"][0]["steps"].as_array().unwrap().len(), 1);
    scene.run("history --limit 1").shows(&expect![[r#"
        $ crosstrack history --limit 1
        #4  resolve  done  [moment]  [time]
            ada on [host], user developer, development, commit 5ea04688, crosstrack 0.1.0
            1 step: cms 1 up accepted
        1 of 4 runs: `crosstrack history --limit 0` shows all.
        [exit 0]
    "#]]);
    scene.run("history --since yesterday").exits(2);
    scene.run("history --track shop").shows(&expect![[r#"
        $ crosstrack history --track shop
        No run is like that.
        [exit 0]
    "#]]);
}

#[test]
fn a_table_is_quoted_and_holds_no_formula() {
    let mut scene = scene();
    scene.set("GITHUB_ACTOR", "=HYPERLINK(\"http://x\",\"y\")");
    scene.run("up --track cms").exits(0);
    let csv = scene.run("history --csv").exits(0).stdout;
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{csv}");
    assert!(lines[0].starts_with("run,command,outcome,started_at,"), "{csv}");
    assert!(lines[1].starts_with("1,up,done,"), "{csv}");
    assert!(lines[1].contains(",\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\","), "{csv}");
    assert!(lines[1].ends_with(",2,2"), "{csv}");
    let csv = scene.run("history --csv --steps").exits(0).stdout;
    assert_eq!(csv.matches("\r\n").count(), 3, "{csv}");
    assert!(csv.contains(",cms,20250102000000,20250102000000_herbs,up,done,"), "{csv}");
    scene.run("history --csv --format json").exits(2);
}

#[test]
fn what_is_closed_stays_as_it_is_for_its_owner_too() {
    let scene = scene();
    scene.run("up").exits(0);
    for change in [
        "update crosstrack.run set outcome = 'failed'",
        "update crosstrack.run set actor = 'eve' where id = 1",
        "update crosstrack.run set finished_at = now()",
        "update crosstrack.step set outcome = 'failed' where id = 2",
        "update crosstrack.step set error = 'nothing'",
        "update crosstrack.step set checksum = ''",
        "update crosstrack.step set backward = null",
        "delete from crosstrack.step where id = 1",
        "delete from crosstrack.run",
        "truncate crosstrack.run",
        "truncate crosstrack.step, crosstrack.run",
        "merge into crosstrack.run using (select 1 as id) s on run.id = s.id when matched then delete",
        "insert into crosstrack.run (id, command, environment, tool_version) overriding system value \
         values (1, 'up', '', '') on conflict (id) do update set outcome = 'lost'",
    ] {
        let error = scene.database.try_sql(change).unwrap_err();
        assert_eq!(error.code, "23001", "{change}: {error}");
    }
    scene.run("down --steps 4").exits(0);
}

#[test]
fn an_open_row_is_closed_once() {
    let scene = scene();
    scene.run("up --steps 1").exits(0);
    scene.database.sql(
        "insert into crosstrack.run (command, environment, tool_version) values ('up', 'development', '0.1.0'); \
         insert into crosstrack.step (run, track, version, label, direction, checksum, transactional) \
         values (2, 'cms', '20250102000000', '20250102000000_herbs', 'up', '', true)",
    );
    assert!(
        scene.database.try_sql("update crosstrack.step set label = 'x' where outcome = 'intent'").is_err()
    );
    scene.run("up").exits(0);
    let lost = "select outcome from crosstrack.run where id = 2";
    assert_eq!(scene.database.value(lost), "lost");
    assert_eq!(
        scene.database.value("select outcome from crosstrack.step where run = 2 and error is not null"),
        "failed"
    );
    assert!(scene.database.try_sql("update crosstrack.run set outcome = 'done' where id = 2").is_err());
}

#[test]
fn a_journal_without_its_triggers_gets_them_with_the_next_run() {
    let scene = scene();
    scene.run("up --steps 1").exits(0);
    scene.database.sql("drop function crosstrack.refuse_change cascade");
    scene.database.sql("update crosstrack.run set actor = 'eve'");
    scene.run("up").exits(0);
    assert!(scene.database.try_sql("update crosstrack.run set actor = 'eve'").is_err());
    assert_eq!(
        scene.database.value("select obj_description('crosstrack'::regnamespace, 'pg_namespace')"),
        "The journal of crosstrack, format 3"
    );
}

#[test]
fn who_may_not_read_the_journal_is_told_the_grants() {
    let mut scene = scene();
    scene.run("up --steps 1").exits(0);
    scene.sign_in_as_role();
    let ran = scene.run("history").exits(4);
    assert!(ran.stderr.contains("the server refused to read the journal"), "{}", ran.transcript());
    assert!(ran.stderr.contains("`GRANT SELECT` on their tables"), "{}", ran.transcript());
    let ran = scene.run("doctor").exits(1);
    assert!(ran.stdout.contains("`GRANT USAGE ON SCHEMA crosstrack TO <user>`"), "{}", ran.transcript());
}

/// What the README says: an owner who made the journal, and a role that migrates and owns nothing of it.
#[test]
fn who_may_migrate_cannot_change_the_history() {
    let mut scene = scene();
    scene.run("up --steps 1").exits(0);
    let role = scene.sign_in_as_role();
    scene.database.sql(
        &"grant create on schema public to migrator; \
          grant usage on schema crosstrack to migrator; \
          grant select on all tables in schema crosstrack to migrator; \
          grant insert (command, environment, actor, host, git_commit, tool_version, plan, application), \
                update (outcome, finished_at) on crosstrack.run to migrator; \
          grant insert (run, track, version, label, direction, checksum, transactional, statements, statements_done, \
                        statements_checksum, backward, backward_transactional), \
                update (outcome, finished_at, duration_microseconds, error, ledger_stamp, in_doubt, statements_done, \
                        statements_checksum) on crosstrack.step to migrator; \
          grant select, insert, update, delete on __diesel_schema_migrations to migrator"
            .replace("migrator", &role),
    );
    scene.sqlx(
        "20250105000000_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\n",
    );
    scene.run("up").exits(0);
    scene.run("down").exits(0);
    scene.run("resolve --applied cms/20250105000000").exits(0);
    scene.run("history --limit 3").shows(&expect![[r#"
        $ crosstrack history --limit 3
        #4  resolve  done  [moment]  [time]
            ada on [host], user [role], development, commit 5ea04688, crosstrack 0.1.0
            1 step: cms 1 up accepted
        #3  down  done  [moment]  [time]
            ada on [host], user [role], development, commit 5ea04688, crosstrack 0.1.0
            1 step: cms 1 down done
        #2  up  done  [moment]  [time]
            ada on [host], user [role], development, commit 5ea04688, crosstrack 0.1.0
            4 steps: auth 1 up done, cms 3 up done
        3 of 4 runs: `crosstrack history --limit 0` shows all.
        [exit 0]
    "#]]);
    let before = scene.database.rows("select * from crosstrack.run order by id");
    for change in [
        "update crosstrack.run set outcome = 'failed' where id = 1",
        "update crosstrack.run set actor = 'eve'",
        "update crosstrack.run set database_user = 'eve'",
        "update crosstrack.step set error = 'nothing'",
        "insert into crosstrack.run (command, environment, tool_version, database_user) values ('up', '', '', 'eve')",
        "insert into crosstrack.run (command, environment, tool_version, started_at) values ('up', '', '', now())",
        "insert into crosstrack.run (command, environment, tool_version, outcome) values ('up', '', '', 'done')",
        "delete from crosstrack.step",
        "truncate crosstrack.run",
        "drop trigger append_only on crosstrack.run",
        "alter table crosstrack.run disable trigger all",
        "alter table crosstrack.step drop column error",
        "drop table crosstrack.step",
        "drop function crosstrack.refuse_change() cascade",
        "create or replace function crosstrack.refuse_change() returns trigger language plpgsql as 'begin return new; end'",
        "set session_replication_role = replica",
        "drop schema crosstrack cascade",
    ] {
        let refused = scene.database.try_sql(&format!("begin; set local role {role}; {change}; commit"));
        scene.database.sql("rollback");
        assert!(refused.is_err(), "`{change}` was let through");
    }
    assert_eq!(scene.database.rows("select * from crosstrack.run order by id"), before);
}
