//! `fresh` on the development server: a copy of a template takes the place of the database, where that is the same.
#![cfg(unix)]

use std::ops::Deref;

use crate::scene::Scene;

/// A project with a development server of its own, which goes with it.
struct OwnServer(Scene);

impl OwnServer {
    /// All migrations are applied.
    fn new() -> Self {
        let mut scene = Scene::with_migrations();
        scene.declare("[server]\ndata = \"server\"\n");
        scene.unset("DATABASE_URL");
        let server = Self(scene);
        server.run("up").exits(0);
        server
    }

    /// The rows of a query in a database of the server.
    fn rows_of(&self, database: &str, sql: &str) -> Vec<String> {
        let url = self.run("server url").exits(0).stdout;
        let url = url.trim().replace("/crosstrack", &format!("/{database}"));
        let ran = self.shell(&format!("psql '{url}' -XAtqc \"{sql}\"")).exits(0);
        ran.stdout.lines().map(str::to_owned).collect()
    }

    fn rows(&self, sql: &str) -> Vec<String> {
        self.rows_of("crosstrack", sql)
    }

    /// The database as a dump, without the audit log and the lines that differ from one dump to the next.
    fn dump(&self) -> String {
        let url = self.run("server url").exits(0).stdout;
        let ran = self.shell(&format!("pg_dump --exclude-schema crosstrack '{}'", url.trim())).exits(0);
        let lines = ran.stdout.lines().filter(|line| !line.contains("restrict"));
        lines.collect::<Vec<_>>().join("\n")
    }

    /// True where `fresh` copied, and does not say why not.
    fn copies(&self) -> bool {
        let ran = self.run("fresh").exits(0);
        assert!(ran.stdout.starts_with("Applied "), "{}", ran.transcript());
        ran.stderr.contains("replaced by a copy of the template")
    }

    fn refuses_to_copy(&self, reason: &str) {
        let ran = self.run("fresh").exits(0);
        assert!(ran.stderr.contains("note: not copied from a template: "), "{}", ran.transcript());
        assert!(ran.stderr.contains(reason), "{}", ran.transcript());
    }
}

impl Deref for OwnServer {
    type Target = Scene;

    fn deref(&self) -> &Scene {
        &self.0
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.0.run("server destroy");
    }
}

#[test]
fn a_copied_database_is_as_if_the_migrations_had_run() {
    let server = OwnServer::new();
    let ledgers =
        "select version from __diesel_schema_migrations union all select version::text from _sqlx_migrations";
    let (ledger, names) = (
        server.rows(ledgers),
        server.rows("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1"),
    );
    server.rows("insert into users values (1)");
    let runs = server.rows("select count(*) from crosstrack.run");
    assert_eq!(runs, ["1"]);
    assert!(server.copies());
    let first = server.dump();
    assert_eq!(server.rows("select count(*) from users"), ["0"]);
    assert_eq!(server.rows(ledgers), ledger);
    assert_eq!(
        server.rows("select relname from pg_class where relnamespace = 'public'::regnamespace order by 1"),
        names
    );
    server.rows("insert into users values (1)");
    assert!(server.copies());
    assert_eq!(server.dump(), first);
    for command in ["status --check", "verify", "drift", "up"] {
        server.run(command).exits(0);
    }
    let runs = "select command, outcome, count(*) from crosstrack.run group by 1, 2 order by 1";
    assert_eq!(server.rows(runs), ["fresh|done|2", "up|done|1"]);
    let steps = "select run, count(*), bool_and(outcome = 'done') from crosstrack.step group by 1 order by 1";
    assert_eq!(server.rows(steps), ["1|4|t", "2|4|t"]);
    let mark = "select environment, database from crosstrack.mark";
    assert_eq!(server.rows(mark), ["development|crosstrack"]);
    // What is copied can be reverted and applied again.
    server.run("redo").exits(0);
    server.run("reset").exits(0);
    server.run("up").exits(0);
}

#[test]
fn a_new_and_a_changed_migration_are_in_the_copy() {
    let server = OwnServer::new();
    assert!(server.copies());
    server.sqlx("20250301000000_notes", "create table notes (id int);\n", "drop table notes;\n");
    // Pending: nothing of it is there.
    assert!(server.copies());
    assert_eq!(server.rows("select count(*) from notes"), ["0"]);
    server.sqlx("20250301000000_notes", "create table notes (id int, text text);\n", "drop table notes;\n");
    assert!(server.copies());
    assert_eq!(server.rows("select text from notes"), Vec::<String>::new());
    assert!(server.copies());
    server.run("status --check").exits(0);
    // Another name in the place of the first: the table of the former text was made by no migration of today.
    server.sqlx("20250301000000_notes", "create table remarks (id int);\n", "drop table remarks;\n");
    server.refuses_to_copy("the migrations did not make the table public.notes");
    assert_eq!(server.rows("select count(*) from notes"), ["0"]);
}

#[test]
fn what_the_migrations_did_not_make_keeps_the_database() {
    let server = OwnServer::new();
    assert!(server.copies());
    for (made, undone, reason) in [
        ("create table mine as select 7 as id", "drop table mine", "table public.mine"),
        (
            "comment on schema public is 'mine'",
            "comment on schema public is 'standard public schema'",
            "comment",
        ),
        ("select lo_create(4711)", "select lo_unlink(4711)", "large object 4711"),
        ("create cast (text as int) with inout", "drop cast (text as int)", "cast"),
    ] {
        server.rows(made);
        server.refuses_to_copy(reason);
        server.rows(undone);
    }
    // Parts of the migrations' own tables go with them, either way.
    server.rows("create index mine on users (id); alter table herbs add mine int");
    assert!(server.copies());
    assert_eq!(server.rows("select to_regclass('mine') is null"), ["t"]);
}

#[test]
fn privileges_that_no_migration_gives_keep_the_database() {
    let server = OwnServer::new();
    for (granted, reason) in [
        ("revoke execute on function pg_sleep from public", "privileges of routine"),
        ("grant create on schema public to public", "privileges of routine"),
        ("grant select on crosstrack.run to public", "the tables of the audit log"),
    ] {
        server.rows(granted);
        server.refuses_to_copy(reason);
    }
    let kept = "select has_table_privilege('public', 'crosstrack.run', 'select'), has_schema_privilege('public', 'public', 'create'), \
                has_function_privilege('public', 'pg_sleep(float)', 'execute')";
    assert_eq!(server.rows(kept), ["t|t|f"]);
}

#[test]
fn what_belongs_to_the_database_itself_stays() {
    let server = OwnServer::new();
    assert!(server.copies());
    server.rows(
        "create role reader; alter database crosstrack set work_mem to '7MB'; alter role reader in database crosstrack set lock_timeout to '3s'; \
         comment on database crosstrack is 'ours'; grant temporary on database crosstrack to reader; alter database crosstrack connection limit 77",
    );
    let described = "select (select array_agg(a::text order by a::text) from unnest(datacl) a), datconnlimit, shobj_description(oid, 'pg_database'), pg_get_userbyid(datdba), \
                     (select array_agg(setrole::regrole || ' ' || setconfig::text order by 1) from pg_db_role_setting where setdatabase = d.oid) \
                     from pg_database d where datname = 'crosstrack'";
    let before = server.rows(described);
    assert!(server.copies());
    assert_eq!(server.rows(described), before);
    assert_eq!(server.rows("show work_mem"), ["7MB"]);
}

#[test]
fn a_session_of_another_program_keeps_the_database() {
    let server = OwnServer::new();
    assert!(server.copies());
    let url = server.run("server url").exits(0).stdout;
    let ran = server
        .shell(&format!(
            "mkfifo hold; psql '{}' -XqAt < hold & exec 3> hold; echo 'select 1;' >&3; sleep 1; crosstrack fresh; exec 3>&-; wait",
            url.trim()
        ))
        .exits(0);
    assert!(ran.stderr.contains("(psql) is connected to the database"), "{}", ran.transcript());
    assert!(server.copies());
}

#[test]
fn a_hook_before_and_a_migration_of_the_whole_server_are_for_the_long_way() {
    let server = OwnServer::new();
    server.sqlx("20250301000000_role", "create role made_here;\n", "drop role made_here;\n");
    server.run("up").exits(0);
    let ran = server.run("fresh");
    assert!(
        ran.stderr.contains("note: not copied from a template: `cms/20250301000000_role` may change roles"),
        "{}",
        ran.transcript()
    );
    server.remove("cms/20250301000000_role.up.sql");
    server.remove("cms/20250301000000_role.down.sql");
    server.declare("[[hook]]\nwhen = \"before-up\"\nrun = [\"true\"]\n");
    let ran = server.run("fresh");
    assert!(!ran.stderr.contains("template"), "{}", ran.transcript());
}

#[test]
fn seeds_and_hooks_after_the_migrations_see_the_copy() {
    let server = OwnServer::new();
    server.script("look", ": > seen");
    server.declare("[[hook]]\nwhen = \"after-up\"\nrun = [\"programs/look\"]\n");
    server.write("scripts/seeds/development/010_users.csv", "id\n1\n2\n");
    server.write(
        "scripts/seeds/development/seeds.toml",
        "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"id\"]\n",
    );
    let ran = server.run("fresh --seed").exits(0);
    assert!(ran.stderr.contains("replaced by a copy"), "{}", ran.transcript());
    assert!(server.path("seen").exists());
    assert_eq!(server.rows("select count(*) from users"), ["2"]);
}

#[test]
fn what_a_killed_fresh_leaves_the_next_one_repairs() {
    let server = OwnServer::new();
    assert!(server.copies());
    for point in ["before-exchange", "after-exchange"] {
        let killed = server.shell(&format!("CROSSTRACK_FAULT='{point} 0 kill' crosstrack fresh"));
        assert!(!killed.stdout.contains("Applied"), "{}", killed.transcript());
        assert_eq!(server.rows("select count(*) from users"), ["0"]);
        server.run("status --check").exits(0);
        assert!(server.copies());
        let left = "select datname from pg_database where datname like 'crosstrack_shadow%' and datname not like '%_former'";
        assert_eq!(server.rows_of("postgres", left), Vec::<String>::new());
    }
}

#[test]
fn only_so_many_templates_are_kept() {
    let server = OwnServer::new();
    for number in 0..3 {
        server.sqlx(
            "20250301000000_notes",
            &format!("create table notes (n{number} int);\n"),
            "drop table notes;\n",
        );
        assert!(server.copies());
    }
    let spares = "select count(*) <= 2 from pg_database where datname like 'crosstrack_spare%'";
    assert_eq!(server.rows_of("postgres", spares), ["t"]);
}
