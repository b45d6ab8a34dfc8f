//! `server`: the development server of a project that names no database.

use expect_test::expect;

use crate::scene::Scene;

/// A project with a server of its own, which goes with it.
struct OwnServer(Scene);

impl OwnServer {
    fn new() -> Self {
        let mut scene = Scene::with_migrations();
        scene.declare("[server]\ndata = \"server\"\n");
        scene.unset("DATABASE_URL");
        Self(scene)
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.0.run("server destroy");
    }
}

#[test]
fn the_server_is_made_started_used_stopped_and_destroyed() {
    let server = OwnServer::new();
    let scene = &server.0;
    scene.run("server status").shows(&expect![[r#"
        $ crosstrack server status
        There is none yet.
        [exit 1]
    "#]]);
    assert_eq!(scene.run("server status --format json").document()["state"], "not-created");
    scene.run("server start").shows(&expect![[r#"
        $ crosstrack server start
        Started: PostgreSQL [version] on 127.0.0.1 port [port], process [pid], programs in [programs].
        [stderr]
        development server: creating a cluster of PostgreSQL [version]
        development server: starting on port [port]
        [exit 0]
    "#]]);
    scene.run("server start").shows(&expect![[r#"
        $ crosstrack server start
        Runs already: PostgreSQL [version] on 127.0.0.1 port [port], process [pid], programs in [programs].
        [exit 0]
    "#]]);
    scene.run("server status").shows(&expect![[r#"
        $ crosstrack server status
        Runs: PostgreSQL [version] on 127.0.0.1 port [port], process [pid], programs in [programs].
        [exit 0]
    "#]]);
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
    scene.run("server psql -At -c 'select count(*) from herbs'").shows(&expect![[r#"
        $ crosstrack server psql -At -c 'select count(*) from herbs'
        0
        [exit 0]
    "#]]);
    let url = scene.run("server url").exits(0).stdout;
    scene.run(&format!("status --check --database-url '{}'", url.trim())).exits(0);
    let document = scene.run("server status --format json").exits(0).document();
    assert_eq!(document["state"], "running");
    crosstrack_testkit::assert_no_secret(document["url"].as_str().unwrap());
    scene.run("server stop").shows(&expect![[r#"
        $ crosstrack server stop
        Stopped. Its data stays; `server start` goes on with it.
        [exit 0]
    "#]]);
    scene.run("server stop").shows(&expect![[r#"
        $ crosstrack server stop
        It does not run.
        [exit 0]
    "#]]);
    scene.run("server status").shows(&expect![[r#"
        $ crosstrack server status
        It is stopped.
        [exit 1]
    "#]]);
    scene.run("server destroy").shows(&expect![[r#"
        $ crosstrack server destroy
        It is gone, with its data. The next command makes a new one.
        [exit 0]
    "#]]);
    assert!(!scene.path("server/cluster").exists());
}

#[test]
fn programs_that_are_not_there_are_named() {
    let mut scene = Scene::with_migrations();
    scene.declare("[server]\ndata = \"server\"\npg_bin = \"nowhere\"\n");
    scene.unset("DATABASE_URL");
    scene.run("server start").shows(&expect![[r#"
        $ crosstrack server start
        [stderr]
        error: could not start the development server in `[project]/server`
          because: found no `postgres` in `[project]/nowhere`
             next: name the folder that holds `postgres` and `initdb`; `pg_config --bindir` prints it, and a client-only installation has neither
        [exit 5]
    "#]]);
    scene.run("status").exits(5);
}
