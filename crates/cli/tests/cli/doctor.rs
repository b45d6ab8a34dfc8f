//! `doctor`: what is wrong, and what mends it; it looks at everything that can still be looked at.

use std::collections::BTreeMap;

use crosstrack_doctor::Platform;
use crosstrack_testkit::{Authority, PrivateServer};
use expect_test::expect;
use serde_json::Value;

use crate::scene::Scene;
use crate::waiting::Session;

/// The checks of an examination, by their names.
struct Found {
    checks: BTreeMap<String, Value>,
}

impl Found {
    #[track_caller]
    fn of(scene: &Scene, flags: &str, code: i32) -> Self {
        let document = scene.run(&format!("doctor --format json {flags}")).exits(code).document();
        let checks = document["checks"].as_array().unwrap().iter();
        Self {
            checks: checks.map(|check| (check["name"].as_str().unwrap().to_owned(), check.clone())).collect(),
        }
    }

    /// The message and the remedies of a check that has this verdict.
    #[track_caller]
    fn says(&self, check: &str, verdict: &str) -> String {
        let check = &self.checks[check];
        assert_eq!(check["verdict"], verdict, "{check:#}");
        let remedies: Vec<&str> =
            check["remedies"].as_array().unwrap().iter().map(|remedy| remedy.as_str().unwrap()).collect();
        format!("{}\n{}", check["message"].as_str().unwrap(), remedies.join("\n"))
    }

    /// The checks that have this verdict.
    fn those(&self, verdict: &str) -> Vec<&str> {
        let those = self.checks.iter().filter(|(_, check)| check["verdict"] == verdict);
        those.map(|(name, _)| name.as_str()).collect()
    }
}

#[test]
fn a_healthy_database_has_its_facts() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("doctor --strict").shows(&expect![[r#"
        $ crosstrack doctor --strict
          ok       settings      environment development, tracks 2, phases 2
          ok       folders       migrations: auth 2, cms 2
          ok       declarations  what the tracks declare can be read
          ok       limits        lock_timeout [time], 5 attempts, no statement_timeout
          ok       server        [server] lets developer into the database [database], in [time]
          ok       round-trip    [time] (the median of three)
          ok       clock         the server's and the one here are less than 5 s apart
          ok       pooler        none is between
          ok       version       PostgreSQL [version]
          ok       encryption    none, and none needed: the server is on this machine
          ok       writes        the server is a primary and takes writes
          ok       replicas      none is connected
          ok       size          [size]; how much room is left on its disk, SQL does not say
          ok       rights        the user developer may create where a run creates, and write the ledgers
          ok       journal       format 3, append-only
          ok       run-lock      nobody holds it: no run is under way
          ok       connections   [some] of [all] in use
          ok       transactions  0 open, 0 of them idle, none for long
          ok       waiting       nobody waits for an advisory lock inside the server
          ok       indexes       every index is valid
          ok       histories     auth: 2 applied; cms: 2 applied
          ok       programs      pg_dump [version], pg_restore [version], psql [version]
          ok       shadow        private, PostgreSQL [version], started on demand
        Healthy: 23 ok.
        [exit 0]
    "#]]);
}

#[test]
fn an_empty_database_is_healthy() {
    let scene = Scene::with_migrations();
    let found = Found::of(&scene, "--strict", 0);
    assert!(found.says("journal", "ok").contains("the first run makes it"));
    assert!(found.says("histories", "ok").contains("auth: 2 pending; cms: 2 pending"));
}

#[test]
fn where_nobody_listens_the_report_is_whole_and_says_how_a_server_is_started_here() {
    let mut scene = Scene::with_migrations();
    scene.hide(Platform::here().start_server(), "[how a server is started here]");
    let held = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    scene.set("DATABASE_URL", &format!("postgresql://ada:Hunter2@127.0.0.1:{port}/shop"));
    scene.run("doctor").shows(&expect![[r#"
        $ crosstrack doctor
          ok       settings      environment development, tracks 2, phases 2
          ok       folders       migrations: auth 2, cms 2
          ok       declarations  what the tracks declare can be read
          ok       limits        lock_timeout [time], 5 attempts, no statement_timeout
          failed   server        cannot reach the database server at 127.0.0.1:[port]: Connection refused (os error [number])
                                 next: is the server running there? [how a server is started here]
                                       or name another database with DATABASE_URL, or unset it and use the development server
          skipped  round-trip    there is no server to ask
          skipped  clock         there is no server to ask
          skipped  pooler        there is no server to ask
          skipped  version       there is no server to ask
          skipped  encryption    there is no server to ask
          skipped  writes        there is no server to ask
          skipped  replicas      there is no server to ask
          skipped  size          there is no server to ask
          skipped  rights        there is no server to ask
          skipped  journal       there is no server to ask
          skipped  run-lock      there is no server to ask
          skipped  connections   there is no server to ask
          skipped  transactions  there is no server to ask
          skipped  waiting       there is no server to ask
          skipped  indexes       there is no server to ask
          skipped  histories     there is no server to ask
          ok       programs      pg_dump [version], pg_restore [version], psql [version]
          ok       shadow        private, PostgreSQL [version], started on demand
        Not healthy: 6 ok, 1 failed, 16 skipped.
        [exit 5]
    "#]]);
    let found = Found::of(&scene, "", 5);
    assert_eq!(found.those("skipped").len(), 16, "{:?}", found.those("skipped"));
}

#[test]
fn a_wrong_password_a_missing_database_and_a_missing_role_each_have_their_way_out() {
    let mut scene = Scene::with_migrations();
    let url = scene.database.url();
    let password = crosstrack_testkit::TestServer::shared().running().password.expose();
    scene.set("DATABASE_URL", &url.replace(password, "Hunter2-wrong"));
    let found = Found::of(&scene, "", 5).says("server", "failed");
    assert!(found.contains("SQLSTATE 28P01") && !found.contains("Hunter2"), "{found}");
    assert!(found.contains("`ALTER ROLE \"developer\" PASSWORD '...'`"), "{found}");
    scene.set("DATABASE_URL", &url.replace(scene.database.name(), "no_such_database"));
    let found = Found::of(&scene, "", 5).says("server", "failed");
    assert!(
        found.contains("`crosstrack up --create`") && found.contains("/postgres' no_such_database`"),
        "{found}"
    );
    let url = scene.socket_url("no_such_role");
    scene.set("DATABASE_URL", &url);
    let found = Found::of(&scene, "", 5).says("server", "failed");
    assert!(found.contains("`createuser --pwprompt no_such_role`"), "{found}");
}

#[test]
fn who_is_not_admitted_is_told_the_line_and_too_many_connections_are_told() {
    let mut server = PrivateServer::start();
    server.admit(&["host all all 127.0.0.2/32 trust"]);
    let mut scene = Scene::at(&server);
    let url = scene.database.url();
    scene.set("DATABASE_URL", &url);
    let found = Found::of(&scene, "", 5).says("server", "failed");
    assert!(found.contains("SQLSTATE 28000") && found.contains("scram-sha-256`"), "{found}");
    server.rows("create role few login connection limit 0");
    let url = scene.socket_url("few");
    scene.set("DATABASE_URL", &url);
    let found = Found::of(&scene, "", 5).says("server", "failed");
    assert!(found.contains("SQLSTATE 53300") && found.contains("max_connections"), "{found}");
}

#[test]
fn a_settings_file_that_is_broken_is_a_finding_and_the_server_is_looked_at_all_the_same() {
    let scene = Scene::with_migrations();
    scene.settle("rollback = \"automatic\"", "rollback = \"sometimes\"");
    let found = Found::of(&scene, "", 1);
    let said = found.says("settings", "failed");
    assert!(said.starts_with("crosstrack.toml:5:12: "), "{said}");
    assert_eq!(found.those("skipped"), ["declarations", "folders", "histories", "limits"]);
    found.says("server", "ok");
    found.says("version", "ok");
    scene.remove("crosstrack.toml");
    let said = Found::of(&scene, "", 1).says("settings", "failed");
    assert!(said.contains("no `crosstrack.toml`"), "{said}");
}

#[test]
fn a_folder_that_is_broken_hides_no_other() {
    let scene = Scene::with_migrations();
    scene.write("cms/20250105000000_x.up.sql", "-- crosstrack: requires nothing\n");
    let found = Found::of(&scene, "", 1);
    let said = found.says("folders", "failed");
    assert!(said.starts_with("cms/20250105000000_x.up.sql:1:"), "{said}");
    assert!(found.says("histories", "ok").starts_with("auth: 2 pending\n"));
}

#[test]
fn a_broken_history_is_counted_with_its_way_on() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs (id bigint);\n");
    let said = Found::of(&scene, "", 1).says("histories", "failed");
    assert!(said.starts_with("auth: 2 applied; cms: 1 applied, 1 edited\n"), "{said}");
    assert!(said.contains("`crosstrack resolve --accept-edited cms/20250102000000_herbs`"), "{said}");
}

#[test]
fn an_invalid_index_is_named_with_the_statement_that_mends_it() {
    let scene = Scene::with_migrations();
    scene.database.sql("create table t (id int); insert into t values (1), (1)");
    assert!(scene.database.try_sql("create unique index concurrently t_id on t (id)").is_err());
    let said = Found::of(&scene, "", 0).says("indexes", "warning");
    assert!(said.contains("public.t_id on public.t\n"), "{said}");
    assert!(said.contains("`REINDEX INDEX CONCURRENTLY public.t_id`"), "{said}");
    Found::of(&scene, "--strict", 1);
    scene.database.sql("delete from t");
    scene.database.sql("reindex index concurrently public.t_id");
    Found::of(&scene, "--strict", 0).says("indexes", "ok");
}

#[test]
fn transactions_that_are_open_for_long_and_who_waits_inside_the_server_are_named() {
    let scene = Scene::with_migrations();
    let long = Session::open(&scene.database);
    long.run("begin; select pg_advisory_lock(4711)");
    let said = Found::of(&scene, "", 0).says("transactions", "ok");
    assert!(said.starts_with("1 open, 1 of them idle, none for long"), "{said}");
    let found = Found::of(&scene, "--long-transaction 0ms", 0);
    let said = found.says("transactions", "warning");
    assert!(said.contains("idle in transaction") && said.contains("pg_terminate_backend("), "{said}");
    found.says("waiting", "ok");
    let mut ordinary = Scene::with_migrations();
    let owner = Session::open(&ordinary.database);
    owner.run("begin");
    ordinary.sign_in_as_role();
    let said = Found::of(&ordinary, "", 1).says("transactions", "ok");
    assert!(said.contains("sessions do, this user may not see\n`GRANT pg_read_all_stats"), "{said}");
    std::thread::scope(|scope| {
        scope.spawn(|| Session::open(&scene.database).run("select pg_advisory_lock(4711)"));
        let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'";
        crosstrack_testkit::wait_until("somebody waits", || scene.database.value(waits) == "1");
        let said = Found::of(&scene, "", 0).says("waiting", "warning");
        long.run("rollback; select pg_advisory_unlock(4711)");
        assert!(said.contains("pg_blocking_pids("), "{said}");
    });
}

#[test]
fn a_run_that_is_under_way_is_named() {
    let scene = Scene::with_migrations();
    let lock = crate::waiting::hold_run_lock(&scene.database);
    let said = Found::of(&scene, "", 0).says("run-lock", "ok");
    assert!(said.starts_with("a run is under way: process "), "{said}");
    drop(lock);
}

#[test]
fn a_role_without_rights_is_told_which_grants_it_needs() {
    let mut scene = Scene::with_migrations();
    let role = scene.sign_in_as_role();
    let said = Found::of(&scene, "", 1).says("rights", "failed");
    assert!(
        said.contains(&format!("`GRANT CREATE ON DATABASE \"{}\" TO \"{role}\"`", scene.database.name())),
        "{said}"
    );
    assert!(said.contains(&format!("`GRANT CREATE ON SCHEMA \"public\" TO \"{role}\"`")), "{said}");
    scene.database.sql(&format!("grant create on schema public to {role}"));
    scene.database.sql(&format!("grant create on database {} to {role}", scene.database.name()));
    Found::of(&scene, "", 0).says("rights", "ok");
    scene.run("up").exits(0);
    let journal = Found::of(&scene, "--strict", 0).says("journal", "ok");
    assert!(journal.starts_with("format 3, append-only"), "{journal}");
}

#[test]
fn a_script_that_may_not_create_in_public_is_told_why() {
    let mut scene = Scene::with_migrations();
    scene.run("up --track auth --steps 1").exits(0);
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant usage on schema crosstrack to {role}; grant select, insert, update on all tables in schema crosstrack to {role}; \
         grant select, insert, update, delete on __diesel_schema_migrations to {role}"
    ));
    let ran = scene.run("up --track auth").exits(4);
    assert!(ran.stderr.contains("`GRANT CREATE ON SCHEMA public TO <user>`"), "{}", ran.transcript());
}

#[test]
fn a_database_that_takes_no_writes_and_one_without_triggers_are_found() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("drop function crosstrack.refuse_change cascade");
    let said = Found::of(&scene, "", 0).says("journal", "warning");
    assert!(said.contains("append-only"), "{said}");
    scene
        .database
        .sql(&format!("alter database {} set default_transaction_read_only = on", scene.database.name()));
    let said = Found::of(&scene, "", 1).says("writes", "failed");
    assert!(said.contains("RESET default_transaction_read_only"), "{said}");
}

#[test]
fn client_programs_that_are_missing_are_said_with_how_they_are_installed_here() {
    let mut scene = Scene::with_migrations();
    scene.set("PATH", scene.path("auth").to_str().unwrap());
    let said = Found::of(&scene, "", 0).says("programs", "warning");
    assert!(said.contains("`pg_dump` is not installed"), "{said}");
    assert!(said.contains(Platform::here().install_programs()), "{said}");
    scene.settle("rollback = \"automatic\"", "rollback = \"backup\"");
    Found::of(&scene, "", 1).says("programs", "failed");
}

#[test]
fn without_a_database_the_development_server_is_not_started() {
    let mut scene = Scene::with_migrations();
    scene.unset("DATABASE_URL");
    scene.declare("[server]\ndata = \"server\"\n");
    let said = Found::of(&scene, "", 0).says("server", "warning");
    assert!(said.contains("`crosstrack server start`"), "{said}");
    assert!(!scene.path("server").exists());
    Found::of(&scene, "--env production", 1).says("server", "failed");
}

#[test]
fn encryption_is_said_and_a_server_that_cannot_prove_who_it_is_is_a_finding() {
    let (mut server, authority) = (PrivateServer::start(), Authority::new("the test's own"));
    if !server.encrypt(&authority.server(&["localhost"]), None) {
        return;
    }
    let mut scene = Scene::at(&server);
    let url = scene.database.url().replace("127.0.0.1", "localhost");
    scene.set(
        "DATABASE_URL",
        &format!("{url}?sslmode=verify-full&sslrootcert={}", authority.certificate().display()),
    );
    let said = Found::of(&scene, "", 0).says("encryption", "ok");
    assert!(said.starts_with("sslmode=verify-full, TLSv1."), "{said}");
    let stranger = Authority::new("somebody else's");
    scene.set(
        "DATABASE_URL",
        &format!("{url}?sslmode=verify-full&sslrootcert={}", stranger.certificate().display()),
    );
    let said = Found::of(&scene, "", 5).says("server", "failed");
    assert!(said.contains("somebody else may have answered"), "{said}");
    scene.write("root.crt", "no certificate");
    scene.set("DATABASE_URL", &format!("{url}?sslmode=verify-full&sslrootcert=root.crt"));
    let said = Found::of(&scene, "", 1).says("server", "failed");
    assert!(said.contains("check `sslrootcert`"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_pooler_is_found_out() {
    let Some(pooler) = crosstrack_testkit::Pooler::start(5) else { return };
    let mut scene = Scene::with_migrations();
    Found::of(&scene, "", 0).says("pooler", "ok");
    let url = pooler.url(&scene.database);
    scene.set("DATABASE_URL", &url);
    let said = Found::of(&scene, "", 0).says("pooler", "ok");
    assert!(said.starts_with("one is between"), "{said}");
}

#[test]
fn jobs_get_annotations() {
    let scene = Scene::with_migrations();
    scene.write("cms/20250105000000_x.up.sql", "-- crosstrack: requires nothing\n");
    let ran = scene.run("doctor --format github").exits(1);
    assert!(
        ran.stdout.contains("\n::error::folders: cms/20250105000000_x.up.sql:1:"),
        "{}",
        ran.transcript()
    );
}
