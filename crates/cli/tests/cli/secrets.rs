//! Passwords never appear: not in answers, not in stories, not in JSON, not in the journal, not in the server's log, not in what
//! the operating system shows of a child.
//!
//! Must not leave out a command: a new one without a line here fails.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;

use crosstrack_testkit::PrivateServer;

use crate::children::Children;
use crate::scene::Scene;

/// Everything that means something in a URL, a password file, a service file, SQL or a shell is in it.
const PASSWORD: &str = "Xy:zzy\\Plugh'4711 %41\"@/$(x)";

/// What of it every escaping leaves as it is.
const TELLTALE: &str = "Plugh";

/// Every command, in an order in which each has something to do.
const LINES: &[&str] = &[
    "status",
    "status --check",
    "plan",
    "plan --rehearse",
    "plan --summary --save the.plan",
    "verify",
    "up --dry-run",
    "up --steps 1",
    "up",
    "verify --fix",
    "seed",
    "seed --check",
    "seed --fresh",
    "seed --scale 2",
    "drift",
    "drift --privileges --no-cache",
    "schema dump",
    "schema diff database auth --sql",
    "generate new_tokens --track auth --check",
    "shadow capture",
    "prove",
    "baseline",
    "baseline --unchecked",
    "down --dry-run",
    "down --from-journal --dry-run",
    "down --track auth",
    "resolve --applied cms/20250104000000",
    "resolve --rolled-back cms/20250104000000",
    "resolve --accept-edited cms/20250104000000",
    "backup",
    "backup --plain",
    "backup list",
    "backup check",
    "backup prune",
    "restore",
    "restore --table public.users",
    "redo",
    "refresh",
    "fresh",
    "reset",
    "create-database",
    "drop-database",
    "environment",
    "environment mark development",
    "history",
    "history --steps --limit 0",
    "doctor",
    "doctor --strict",
    "create --track cms more",
    "completions bash",
    "server status",
    "server start",
    "server status",
    "server url",
    "server psql -At -c 'select 1'",
    "server stop",
    "server destroy",
];

const FORMATS: [&str; 3] = ["human", "json", "github"];

/// A project, a server that writes down every statement, and a role whose password stands nowhere else.
struct Stage {
    scene: Scene,
    server: PrivateServer,
    children: Children,
}

impl Stage {
    fn new() -> Self {
        let mut scene = Scene::with_migrations();
        scene.settle("rollback = \"automatic\"", "rollback = \"backup\"");
        scene.write("auth/schema.sql", "create table users (id int primary key);\n");
        scene.write("scripts/seeds/development/010_users.csv", "id\n1\n");
        scene.write(
            "scripts/seeds/development/seeds.toml",
            "[[seed]]\nfile = \"010_users.csv\"\nkey = [\"id\"]\nrequired = true\n",
        );
        let mut server = PrivateServer::start();
        let quoted = PASSWORD.replace('\'', "''");
        server.rows(&format!("create role secretive login password '{quoted}'"));
        let database = &server.running().database;
        server.rows(&format!(
            "grant all on schema public to secretive; grant create on database {database} to secretive"
        ));
        for setting in ["log_statement = 'all'", "log_connections = on", "log_min_error_statement = debug1"] {
            server.rows(&format!("alter system set {setting}"));
        }
        server.restart();
        let children = Children::watch(&mut scene);
        let mut stage = Self { scene, server, children };
        let url = stage.url(PASSWORD);
        stage.scene.set("DATABASE_URL", &url);
        stage
    }

    fn url(&self, password: &str) -> String {
        let (user, rest) = ("secretive", self.address());
        let password: String = password.bytes().map(|byte| format!("%{byte:02x}")).collect();
        // The telltale stays readable: a URL that is shown must be found.
        let telltale: String = TELLTALE.bytes().map(|byte| format!("%{byte:02x}")).collect();
        format!("postgresql://{user}:{}@{rest}", password.replace(&telltale, TELLTALE))
    }

    fn address(&self) -> String {
        let running = self.server.running();
        format!("127.0.0.1:{}/{}", running.port, running.database)
    }

    /// Runs a line in every format.
    #[track_caller]
    fn runs(&self, line: &str) -> Vec<i32> {
        FORMATS.map(|format| self.runs_as(line, format)).to_vec()
    }

    /// Runs a line: neither the story nor the answer shows anything.
    #[track_caller]
    fn runs_as(&self, line: &str, format: &str) -> i32 {
        // What is handed to psql comes last.
        let (call, handed_on) = line.split_at(line.find(" -At").unwrap_or(line.len()));
        let ran = self.scene.run(&format!("{call} --verbose --format {format}{handed_on}"));
        let text = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!text.contains(TELLTALE), "`crosstrack {line}` as {format} shows the password");
        assert!(ran.code != 70 && ran.code >= 0, "{}", ran.transcript());
        ran.code
    }

    /// Looks everywhere else.
    #[track_caller]
    fn finds_nothing(&self) {
        let tables = "select query_to_xml(format('select * from %I.%I', schemaname, tablename), true, false, '')::text \
                      from pg_tables where schemaname not in ('pg_catalog', 'information_schema')";
        assert!(!self.server.rows(tables).concat().contains(TELLTALE), "the database shows the password");
        let log = self.server.log();
        assert!(log.contains("secretive"), "the log does not show who signs in");
        assert!(!log.contains(TELLTALE), "the server's log shows the password");
        assert!(!self.children.record().contains(TELLTALE), "a child shows the password");
        for (mode, path) in self.children.password_files() {
            assert_eq!(mode, "600", "{}", path.display());
            assert!(!path.parent().unwrap().exists(), "{} is still there", path.display());
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.scene.run("server destroy");
    }
}

#[test]
fn every_command_has_its_line_here() {
    let first = |line: &&str| line.split_whitespace().next().unwrap().to_owned();
    let lines: BTreeSet<String> = LINES.iter().map(first).collect();
    let commands: BTreeSet<String> =
        crosstrack_cli::command_names().into_iter().filter(|name| name != "help").collect();
    assert_eq!(lines, commands);
    let help = Scene::new().run("server --help").exits(0).stdout;
    let actions =
        help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    for action in actions.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        assert!(LINES.iter().any(|line| line.starts_with(&format!("server {action}"))), "server {action}");
    }
}

#[test]
fn no_command_shows_the_password() {
    let stage = Stage::new();
    for line in LINES {
        let codes = stage.runs(line);
        assert!(codes.iter().all(|code| matches!(code, 0 | 1 | 3 | 4)), "{line}: {codes:?}");
    }
    for program in ["pg_dump", "pg_restore", "psql", "postgres", "initdb"] {
        assert!(stage.children.ran(program), "`{program}` did not run");
    }
    assert!(!stage.children.password_files().is_empty(), "`pg_dump` was given no password");
    assert!(stage.scene.backups().len() >= 2, "there are two migrations to revert");
    stage.finds_nothing();
}

#[test]
fn no_failure_shows_the_password() {
    let mut stage = Stage::new();
    stage.scene.run("up").exits(0);
    stage.server.rows("create table secrets_of_others (id int)");
    assert_eq!(stage.runs("down --track auth"), [3; 3], "the backup cannot be taken");
    stage.server.rows("drop table secrets_of_others");
    stage.scene.sqlx("20250105000000_broken", "select nothing;\n", "");
    assert_eq!(stage.runs("up"), [4; 3]);
    let offline = |line: &&&str| {
        let words = ["create ", "completions", "server", "backup list", "backup check", "backup prune"];
        words.iter().any(|words| line.starts_with(words))
    };
    let (nowhere, wrong) = (stage.url(PASSWORD).replace("127.0.0.1:", "127.0.0.1:1/"), stage.url("x-Plugh"));
    for url in [nowhere, wrong] {
        stage.scene.set("DATABASE_URL", &url);
        for line in LINES.iter().filter(|line| !offline(line)) {
            // What works on a shadow server alone finds the broken migration there, and goes on without the database.
            let needs_none = ["generate ", "prove"].iter().any(|words| line.starts_with(words));
            // The password that is refused is another one, but no less a secret.
            assert_eq!(stage.runs(line), [if needs_none { 1 } else { 5 }; 3], "{line}");
        }
    }
    let sound = stage.url(PASSWORD);
    stage.scene.set("DATABASE_URL", &sound);
    stage.scene.settle("rollback = \"automatic\"", "rollback = \"sometimes\"");
    for line in LINES.iter().filter(|line| !line.starts_with("completions")) {
        // Settings that cannot be read are what a doctor finds.
        let code = if line.starts_with("doctor") { 1 } else { 2 };
        assert_eq!(stage.runs(line), [code; 3], "{line}");
    }
    stage.scene.settle("rollback = \"sometimes\"", "rollback = \"automatic\"");
    stage.finds_nothing();
}

#[test]
fn no_url_that_is_wrong_is_repeated_with_its_password() {
    let mut stage = Stage::new();
    let address = stage.address();
    for broken in [
        format!("postgresql://ada:{TELLTALE}@{address}"),
        format!("postgresql://ada:{TELLTALE}@127.0.0.1:1/shop"),
        format!("postgresql://ada:{TELLTALE}@127.0.0.1:99999/shop"),
        format!("postgresql://ada:{TELLTALE}@[::1/shop"),
        format!("mysql://ada:{TELLTALE}@127.0.0.1/shop"),
        format!("host=127.0.0.1 port=1 user=ada password={TELLTALE}"),
        format!("postgresql://127.0.0.1:1/shop?user=ada&password={TELLTALE}"),
        format!("postgresql://ada:{TELLTALE}@127.0.0.1:1/shop?sslmode=sometimes"),
        format!("ada:{TELLTALE}@127.0.0.1/shop"),
    ] {
        stage.scene.set("DATABASE_URL", &broken);
        for line in ["up".to_owned(), format!("status --database-url '{broken}'")] {
            let codes = stage.runs(&line);
            assert!(codes.iter().all(|code| matches!(code, 2 | 5)), "{codes:?}");
        }
    }
}

#[test]
fn a_password_is_hidden_wherever_it_comes_from() {
    let mut stage = Stage::new();
    let (url, address) = (stage.url(PASSWORD), stage.address());
    let running = stage.server.running();
    let (host, port, database) = ("127.0.0.1", running.port.to_string(), running.database.clone());
    let without = format!("postgresql://secretive@{address}");
    let look = |stage: &Stage, source: &str| {
        for (line, format) in ["up", "status", "down --track auth"].into_iter().zip(FORMATS) {
            assert_eq!(stage.runs_as(line, format), 0, "{line} with the password from {source}");
        }
        stage.finds_nothing();
    };
    stage.scene.unset("DATABASE_URL");
    stage.scene.write(".env", format!("DATABASE_URL={url}\n"));
    look(&stage, ".env");
    stage.scene.remove(".env");
    for (name, value) in
        [("PGHOST", host), ("PGPORT", &port), ("PGUSER", "secretive"), ("PGDATABASE", &database)]
    {
        stage.scene.set(name, value);
    }
    stage.scene.set("PGPASSWORD", PASSWORD);
    look(&stage, "PGPASSWORD");
    stage.scene.unset("PGPASSWORD");
    stage.scene.write(
        "services",
        format!("[herbs]\nhost={host}\nport={port}\nuser=secretive\npassword={PASSWORD}\n"),
    );
    let services = stage.scene.path("services");
    stage.scene.set("PGSERVICEFILE", services.to_str().unwrap());
    stage.scene.set("PGSERVICE", "herbs");
    look(&stage, "a service file");
    stage.scene.unset("PGSERVICE");
    let escaped = PASSWORD.replace('\\', "\\\\").replace(':', "\\:");
    stage.scene.write("passwords", format!("{host}:{port}:*:secretive:{escaped}\n"));
    let passwords = stage.scene.path("passwords");
    crate::children::open_to_all(&passwords, 0o600);
    stage.scene.set("PGPASSFILE", passwords.to_str().unwrap());
    look(&stage, "a password file");
    stage.scene.set("DATABASE_URL", &without);
    look(&stage, "a password file, for a URL");
}

#[test]
fn the_development_servers_own_password_is_shown_by_server_url_alone() {
    let mut stage = Stage::new();
    stage.scene.unset("DATABASE_URL");
    let url = stage.scene.run("server url").exits(0).stdout;
    let password = url.split_once(':').and_then(|(_, rest)| rest.split_once('@')).unwrap().0;
    let password = password.rsplit_once(':').unwrap().1;
    assert_eq!(password.len(), 48);
    let shows = |line: &&&str| line.starts_with("server url") || line.starts_with("server destroy");
    for line in LINES.iter().filter(|line| !shows(line)) {
        let ran = stage.scene.run(line);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(password), "`{line}` shows it");
    }
    assert!(stage.children.ran("pg_dump"));
    assert!(!stage.children.record().contains(password), "a child shows it");
    let log = std::fs::read_to_string(stage.scene.path("server/server.log")).unwrap();
    assert!(!log.contains(password), "the server's log shows it");
}
