//! The database that is not there, or does not let one in.

use expect_test::expect;

use crate::scene::Scene;

fn tcp(scene: &Scene) -> String {
    scene.database.url()
}

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let mut scene = Scene::with_migrations();
    let url = tcp(&scene);
    let password = crosstrack_testkit::TestServer::shared().running().password.expose();
    scene.set("DATABASE_URL", &url.replace(password, "Hunter2-wrong"));
    for command in ["status", "up", "down", "verify", "plan"] {
        let ran = scene.run(command).exits(5);
        assert!(!ran.stderr.contains("Hunter2"), "{}", ran.transcript());
    }
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the server refused to open postgresql://developer@127.0.0.1:[port]/[database]
          because: password authentication failed for user "developer" (SQLSTATE 28P01)
          changed: nothing
             next: the password is wrong: check the URL, PGPASSWORD or the password file
             next: or give the user another one, as a superuser: `ALTER ROLE "developer" PASSWORD '...'`
        [exit 5]
    "#]]);
    let ran = scene.run("up --format json").exits(5);
    assert!(!ran.stdout.contains("Hunter2"));
}

#[test]
fn a_missing_database_is_named() {
    let mut scene = Scene::with_migrations();
    scene.set("DATABASE_URL", &tcp(&scene).replace(scene.database.name(), "no_such_database"));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the server refused to open postgresql://developer@127.0.0.1:[port]/no_such_database
          because: database "no_such_database" does not exist (SQLSTATE 3D000)
          changed: nothing
             next: create it: `crosstrack create-database`, `crosstrack up --create`, or `createdb --maintenance-db='postgresql://developer@127.0.0.1:[port]/postgres' no_such_database`; or name another one
        [exit 5]
    "#]]);
}

#[test]
fn a_missing_role_is_named() {
    let mut scene = Scene::with_migrations();
    let url = scene.socket_url("no_such_role");
    scene.set("DATABASE_URL", &url);
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: the server refused to open postgresql://no_such_role@/[database]?host=[server]&port=[port]
          because: role "no_such_role" does not exist (SQLSTATE 28000)
          changed: nothing
             next: the role may be missing: `createuser --pwprompt no_such_role`, or `CREATE ROLE "no_such_role" LOGIN PASSWORD '...'`
             next: or it may not sign in: `ALTER ROLE "no_such_role" LOGIN`
        [exit 5]
    "#]]);
}

#[cfg(target_os = "linux")]
#[test]
fn nobody_listens() {
    let mut scene = Scene::with_migrations();
    scene.hide(crosstrack_doctor::Platform::here().start_server(), "[how a server is started here]");
    // A port that nobody else is given, because this test holds it, and that nobody listens at.
    let held = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = held.local_addr().unwrap().port();
    scene.set("DATABASE_URL", &format!("postgresql://ada:Hunter2@127.0.0.1:{port}/shop"));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot reach the database server at 127.0.0.1:[port]
          because: Connection refused (os error [number])
          changed: nothing
             next: is the server running there? [how a server is started here]
             next: or name another database with DATABASE_URL, or unset it and use the development server
        [exit 5]
    "#]]);
    scene.set("DATABASE_URL", "postgresql:///shop?host=/nowhere&user=ada");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: cannot reach the database server at /nowhere/.s.PGSQL.5432
          because: No such file or directory (os error [number])
          changed: nothing
             next: is the server running there? [how a server is started here]
             next: or name another database with DATABASE_URL, or unset it and use the development server
        [exit 5]
    "#]]);
}

#[test]
fn a_url_that_is_none_is_a_mistake_in_the_settings() {
    let mut scene = Scene::with_migrations();
    scene.set("DATABASE_URL", "mysql://ada:Hunter2@127.0.0.1/shop");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the database named by DATABASE_URL is not understood
          because: it is a URL for `mysql`, not for `postgresql`
             next: postgresql://user@host:5432/database
        [exit 2]
    "#]]);
    scene.set("DATABASE_URL", "postgresql://ada:Hunter2@127.0.0.1:port/shop");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the database named by DATABASE_URL is not understood
          because: in `postgresql://***@127.0.0.1:***`, the port is not a number from 1 to 65535
             next: characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`
        [exit 2]
    "#]]);
    scene.set("DATABASE_URL", "postgresql://ada:Hunter2@127.0.0.1/shop?sslmode=sometimes");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the database named by DATABASE_URL is not understood
          because: the parameter `sslmode` has to be one of libpq's modes
             next: one of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`
        [exit 2]
    "#]]);
}

#[test]
fn production_wants_a_database_that_is_named() {
    let mut scene = Scene::with_migrations();
    scene.unset("DATABASE_URL");
    scene.run("up --env production").shows(&expect![[r#"
        $ crosstrack up --env production
        [stderr]
        error: no database is named, and the environment is `production`
          because: the development server is for the environment `development` only
          changed: nothing
             next: name the database with DATABASE_URL or `--database-url`
        [exit 2]
    "#]]);
    scene.set("CROSSTRACK_ENV", "staging");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: no database is named, and the environment is `staging`
          because: the development server is for the environment `development` only
          changed: nothing
             next: name the database with DATABASE_URL or `--database-url`
        [exit 2]
    "#]]);
    scene.set("CROSSTRACK_ENV", "prodution");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        [stderr]
        error: unknown environment `prodution` from CROSSTRACK_ENV
             next: did you mean `production`?
                   a new one is declared as `[environment.<name>]` in `crosstrack.toml`
        [exit 2]
    "#]]);
}

#[test]
fn the_flag_comes_before_the_variable_and_the_file() {
    let mut scene = Scene::with_migrations();
    let url = scene.socket_url("developer");
    scene.set("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing");
    scene.run(&format!("up --quiet --database-url '{url}'")).exits(0);
    scene.unset("DATABASE_URL");
    scene.write(".env", format!("DATABASE_URL={url}\n"));
    scene.run("status --check").exits(0);
    scene.write("other.env", "DATABASE_URL=postgresql://nobody@127.0.0.1:1/nothing\n");
    scene.run("status --env-file other.env").exits(5);
}

#[test]
fn a_user_whose_tables_would_land_in_the_journal_is_refused() {
    let mut scene = Scene::with_migrations();
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "create schema crosstrack authorization {role}; grant create on schema public to {role}; \
         alter role {role} set search_path = crosstrack, public"
    ));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the search path of the user `[role]` leads into the journal's schema, `crosstrack`
          changed: nothing
             next: use a role of another name, or give this one another path: `ALTER ROLE [role] SET search_path = public`
        [exit 3]
    "#]]);
    scene.run("resolve --applied auth/20250101000000").exits(3);
    assert_eq!(scene.database.value("select count(*) from pg_class where relname = 'users'"), "0");
}

#[test]
fn a_user_of_the_journals_own_name_is_refused() {
    let mut scene = Scene::with_migrations();
    // The name is the whole point, so it cannot be one of this test alone; the role stays, and nobody minds.
    scene.database.sql(
        "do $$ begin create role crosstrack login; exception when duplicate_object or unique_violation then null; end $$",
    );
    let url = scene.socket_url("crosstrack");
    scene.set("DATABASE_URL", &url);
    scene.database.sql("grant all on schema public to crosstrack");
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the search path of the user `crosstrack` leads into the journal's schema, `crosstrack`
          changed: nothing
             next: use a role of another name, or give this one another path: `ALTER ROLE crosstrack SET search_path = public`
        [exit 3]
    "#]]);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
}

#[test]
fn a_database_that_takes_no_writes_says_so() {
    let scene = Scene::with_migrations();
    scene
        .database
        .sql(&format!("alter database {} set default_transaction_read_only = on", scene.database.name()));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: cannot write the journal
          because: the server refused to create the journal, schema `crosstrack`
          because: cannot execute CREATE SCHEMA in a read-only transaction (SQLSTATE 25006)
          changed: no step was taken without the journal; `crosstrack status` shows what is applied
             next: this server takes no writes: it is a standby, or the database is set to read only
        [exit 4]
    "#]]);
    scene.run("status").exits(0);
}
