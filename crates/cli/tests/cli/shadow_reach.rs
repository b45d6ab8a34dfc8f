//! Scripts and settings that reach further than a database: what is kept apart, what is refused, and what only looks like it.
//!
//! Must not run a program: that none ran is what is looked at.
#![cfg(unix)]

use crosstrack_testkit::PrivateServer;
use expect_test::expect;

use crate::scene::Scene;
use crate::shadow_prepared::one_track;

#[test]
fn on_another_server_the_roles_of_the_migrations_are_gone_afterwards() {
    let mut scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_reader",
        "create role shadow_reader login;\ngrant select on herbs to shadow_reader;\n",
        "drop owned by shadow_reader;\ndrop role shadow_reader;\n",
    );
    let server = PrivateServer::start();
    let target = PrivateServer::start();
    scene.set("DATABASE_URL", &target.running().url());
    scene.run("up").exits(0);
    scene.set("CROSSTRACK_SHADOW_URL", &server.running().url());
    for _ in 0..2 {
        for line in ["drift --no-cache", "prove", "schema dump cms", "baseline --dry-run", "down --dry-run"] {
            scene.run(line).exits(0);
        }
    }
    // At most a name is there.
    let role = "select rolname from pg_roles where rolname = 'shadow_reader' and rolcanlogin";
    assert_eq!(server.rows(role).len(), 0);
    assert_eq!(target.rows(role).len(), 1);
    let left = "select datname from pg_database where datname like 'crosstrack\\_shadow%'";
    assert_eq!(server.rows(left).len(), 0);
    assert_eq!(target.rows(left).len(), 0);
}

#[test]
fn applied_migrations_that_change_the_server_leave_the_targets_server_alone() {
    let target = PrivateServer::start();
    let mut scene = Scene::at(&target);
    let name = scene.database.name().to_owned();
    scene.sqlx(
        "20250101000000_roles",
        "create role app login;\nalter role app password 'initial';\n",
        "drop role app;\n",
    );
    scene.sqlx(
        "20250102000000_limits",
        "alter role app nologin;\nalter role app set statement_timeout to '1s';\n",
        "",
    );
    scene.sqlx(
        "20250103000000_settings",
        "do $$ begin execute format('alter database %I set work_mem to ''1MB''', current_database()); end $$;\n\
         create table herbs (id int);\ngrant select on herbs to app;\n",
        "",
    );
    scene.run("up").exits(0);
    // What a person did since.
    target.rows("alter role app login password 'rotated'; alter role app reset statement_timeout");
    target.rows(&format!("alter database {name} set work_mem to '64MB'"));
    let server = "select to_jsonb(r)::text from pg_authid r union all select to_jsonb(s)::text from pg_db_role_setting s \
                  union all select datname from pg_database order by 1";
    let before = target.rows(server);
    for _ in 0..2 {
        for line in
            ["drift --no-cache", "plan --rehearse", "schema dump cms", "baseline --dry-run", "shadow capture"]
        {
            let ran = scene.run(line);
            assert!(matches!(ran.code, 0 | 1), "{}", ran.transcript());
            assert_eq!(target.rows(server), before, "{line}");
        }
        for line in ["prove", "down --dry-run"] {
            scene.run(line);
            assert_eq!(target.rows(server), before, "{line}");
        }
    }
    scene.sqlx(
        "20250103000000_settings",
        "create table herbs (id int);\ngrant select on herbs to app;\n",
        "drop table herbs;\n",
    );
    scene.set("CROSSTRACK_SHADOW_URL", "");
    assert_eq!(target.rows(server), before);
}

#[test]
fn a_file_that_runs_a_program_is_refused_and_not_run() {
    let scene = Scene::with_migrations();
    let ran = scene.path("ran");
    scene.write("a.sql", "create table users (id int);\n");
    scene.write("b.sql", format!("copy (select 1) to program 'touch {}';\n", ran.display()));
    scene.run("schema diff a.sql b.sql").shows(&expect![[r#"
        $ crosstrack schema diff a.sql b.sql
        [stderr]
        error: `b.sql` may run programs, read or write files, or reach other servers, so it is not tried
          because: the statements are in b.sql
          changed: nothing
             next: a shadow database cannot undo that; leave it out with `--to` or `--from` where the command has them
        [exit 3]
    "#]]);
    scene.run("schema dump b.sql").exits(3);
    scene.run("schema save b.json b.sql").exits(3);
    scene.sqlx("20250105000000_program", &scene.read("b.sql"), "");
    scene.write("cms/schema.sql", "create table herbs (id int);\n");
    for line in ["plan --rehearse", "prove", "schema dump cms", "generate more --track cms"] {
        scene.run(line).exits(3);
    }
    assert!(!ran.exists());
    // A role is created on the shadow server only, and is gone with it.
    scene
        .write("b.sql", "create role schema_diff_role superuser;\ncreate table users (id int, mail text);\n");
    for _ in 0..2 {
        scene.run("schema diff a.sql b.sql").exits(1);
    }
    assert_eq!(scene.database.value("select count(*) from pg_roles where rolname = 'schema_diff_role'"), "0");
}

#[test]
fn a_file_that_prepares_and_runs_a_program_is_refused_wherever_the_shadow_server_is() {
    let mut scene = one_track();
    scene.sqlx("1_a", "create table t(id int primary key);\n", "drop table t;\n");
    scene.run("up").exits(0);
    let ran = scene.path("ran");
    scene.write("platform.sql", format!("copy (select 1) to program 'touch {}';\n", ran.display()));
    scene.declare("[shadow]\nprepare = [\"platform.sql\"]\n");
    scene.run("drift --no-cache").shows(&expect![[r#"
        $ crosstrack drift --no-cache
        [stderr]
        error: `[project]/platform.sql`, which prepares shadow databases, may run programs, read or write files, or reach other servers, so it is not run
          changed: nothing
             next: take those statements out of [project]/platform.sql, which `prepare` under `[shadow]` names
        [exit 3]
    "#]]);
    let other = PrivateServer::start();
    scene.set("CROSSTRACK_SHADOW_URL", &other.running().url());
    for line in ["drift --no-cache", "prove", "plan --rehearse", "schema dump cms"] {
        scene.run(line).exits(3);
    }
    assert!(!ran.exists());
}

#[test]
fn stored_settings_that_are_sql_do_nothing() {
    let target = PrivateServer::start();
    let mut scene = Scene::at(&target);
    scene.diesel("20250101000000_users", "create table users (id int);\n", "drop table users;\n");
    scene.run("up").exits(0);
    target.rows("create role evil login");
    let hostile = "a;alter/**/role/**/evil/**/superuser;--";
    let name = scene.database.name().to_owned();
    for sql in [
        format!("set role evil; select set_config('search_path', '{hostile}', false)"),
        "alter role evil set search_path from current".to_owned(),
        format!("alter role evil in database {name} set search_path from current"),
        "reset role".to_owned(),
        format!("alter database {name} set search_path from current"),
        format!("alter database {name} set \"app.x;alter/**/role/**/evil/**/superuser\" to '{hostile}'"),
    ] {
        // Not every version takes a name of a setting like the last.
        drop(target_sql(&scene, &sql));
    }
    let shadow = PrivateServer::start();
    for url in [String::new(), shadow.running().url()] {
        scene.set("CROSSTRACK_SHADOW_URL", &url);
        for user in ["evil", &target.running().user] {
            let url = scene.socket_url(user);
            scene.set("DATABASE_URL", &url);
            for line in [
                "drift --no-cache",
                "prove",
                "schema dump auth",
                "baseline --dry-run",
                "doctor",
                "shadow capture",
            ] {
                let ran = scene.run(line);
                assert!(ran.code < 6, "{}", ran.transcript());
            }
        }
    }
    for server in [&target, &shadow] {
        assert_eq!(server.rows("select rolname from pg_roles where rolname = 'evil' and rolsuper").len(), 0);
    }
}

fn target_sql(scene: &Scene, sql: &str) -> Vec<String> {
    scene.database.try_sql(sql).unwrap_or_default()
}

#[test]
fn words_in_a_literal_reach_nowhere() {
    let scene = one_track();
    scene.sqlx(
        "1_a",
        "create type action as enum ('create-role', 'drop-user');\ncreate table t(id int primary key, a action);\n",
        "drop table t; drop type action;\n",
    );
    scene.run("up").exits(0);
    scene.sqlx("2_b", "alter type action add value 'alter-database';\n", "delete from t;\n");
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.run("plan --rehearse").exits(0);
    scene.run("drift --no-cache").exits(0);
}
