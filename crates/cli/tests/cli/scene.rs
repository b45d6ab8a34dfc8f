//! A project in a temporary folder with a database of its own, and the program run in it.
//!
//! Must not let in anything of the machine: the environment is empty but for what a test says.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crosstrack_testkit::{PrivateServer, TestDatabase};
use tempfile::TempDir;

use crate::mask::Mask;
use crate::program::{Program, Ran};

/// Two tracks in two phases.
pub(crate) const SETTINGS: &str = r#"[[track]]
name = "auth"
adapter = "diesel"
path = "auth"
rollback = "automatic"

[[track]]
name = "cms"
adapter = "sqlx"
path = "cms"
rollback = "automatic"

[[phase]]
name = "accounts"
tracks = ["auth"]

[[phase]]
name = "content"
tracks = ["cms"]
"#;

/// A project, its database, and how the program is called.
pub(crate) struct Scene {
    folder: TempDir,
    /// The database. It is empty at first.
    pub(crate) database: TestDatabase,
    variables: BTreeMap<String, String>,
    mask: Mask,
}

impl Scene {
    /// The settings above, and two empty folders.
    pub(crate) fn new() -> Self {
        let scene = Self::bare();
        scene.write("crosstrack.toml", SETTINGS);
        std::fs::create_dir(scene.path("auth")).unwrap();
        std::fs::create_dir(scene.path("cms")).unwrap();
        scene
    }

    /// Those with two migrations in each track.
    pub(crate) fn with_migrations() -> Self {
        let scene = Self::new();
        scene.diesel(
            "20250101000000_users",
            "create table users (id int primary key);\n",
            "drop table users;\n",
        );
        scene.diesel(
            "20250103000000_sessions",
            "create table sessions (id int);\n",
            "drop table sessions;\n",
        );
        scene.sqlx("20250102000000_herbs", "create table herbs (id int);\n", "drop table herbs;\n");
        scene.sqlx("20250104000000_formulas", "create table formulas (id int);\n", "drop table formulas;\n");
        scene
    }

    /// The repository's own tracks under its own settings.
    pub(crate) fn of_the_repository() -> Self {
        let scene = Self::bare();
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for name in ["crosstrack.toml", "auth-migrations", "cms-migrations", "scripts"] {
            copy(&repository.join(name), &scene.path(name));
        }
        scene
    }

    /// The settings above, and a server of the test's own.
    pub(crate) fn at(server: &PrivateServer) -> Self {
        let scene = Self::bare_with(TestDatabase::on(server));
        scene.write("crosstrack.toml", SETTINGS);
        std::fs::create_dir(scene.path("auth")).unwrap();
        std::fs::create_dir(scene.path("cms")).unwrap();
        scene
    }

    fn bare() -> Self {
        Self::bare_with(TestDatabase::new("cli"))
    }

    fn bare_with(database: TestDatabase) -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-cli-").tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("project")).unwrap();
        std::fs::create_dir_all(folder.path().join("home")).unwrap();
        let running = database.running().clone();
        let mut mask = Mask::default();
        mask.hide(folder.path().join("project").display().to_string(), "[project]");
        mask.hide(folder.path().join("home").display().to_string(), "[home]");
        mask.hide(database.name(), "[database]");
        if let Some(directory) = &running.socket_directory {
            mask.hide(format!("{}/.s.PGSQL.{}", directory.display(), running.port), "[server]");
            mask.hide(directory.display().to_string(), "[server]");
        }
        mask.hide(running.binaries.display().to_string(), "[programs]");
        let mut scene = Self { folder, database, variables: BTreeMap::new(), mask };
        scene.set("PATH", running.binaries.to_str().unwrap());
        scene.set("HOME", scene.folder.path().join("home").to_str().unwrap());
        let url = scene.socket_url(&running.user);
        scene.set("DATABASE_URL", &url);
        scene
    }

    /// A place in the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("project").join(path)
    }

    /// Writes a file, with the folders above it.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    /// Removes a file, or a folder with all that is in it.
    pub(crate) fn remove(&self, path: &str) {
        let path = self.path(path);
        if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }.unwrap();
    }

    /// What a file holds.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    /// The names in a folder, sorted.
    pub(crate) fn names_in(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.path(path)).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// A migration of the track `auth`.
    pub(crate) fn diesel(&self, label: &str, up: &str, down: &str) {
        self.write(&format!("auth/{label}/up.sql"), up);
        self.write(&format!("auth/{label}/down.sql"), down);
    }

    /// A migration of the track `cms`.
    pub(crate) fn sqlx(&self, label: &str, up: &str, down: &str) {
        self.write(&format!("cms/{label}.up.sql"), up);
        self.write(&format!("cms/{label}.down.sql"), down);
    }

    /// Changes the settings: what stands there, and what shall stand there.
    pub(crate) fn settle(&self, old: &str, new: &str) {
        let settings = self.read("crosstrack.toml");
        assert!(settings.contains(old), "the settings do not have `{old}`");
        self.write("crosstrack.toml", settings.replacen(old, new, 1));
    }

    /// Adds to the settings.
    pub(crate) fn declare(&self, more: &str) {
        self.write("crosstrack.toml", format!("{}\n{more}", self.read("crosstrack.toml")));
    }

    /// Lets the program find no shadow server, so that nothing is tried before it is done.
    pub(crate) fn without_shadow_server(&mut self) {
        self.set("CROSSTRACK_SHADOW_URL", "postgresql://nobody@127.0.0.1:1/none?sslmode=disable");
    }

    /// Sets an environment variable for the program.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Lets a word in brackets stand for a text in the transcripts.
    pub(crate) fn hide(&mut self, text: String, word: &str) {
        self.mask.hide(text, word);
    }

    /// What an environment variable of the program says.
    pub(crate) fn variable(&self, name: &str) -> String {
        self.variables.get(name).cloned().unwrap_or_default()
    }

    /// Takes an environment variable away.
    pub(crate) fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Signs in as an ordinary role that may create nothing but what the test grants; the transcripts call it `[role]`.
    pub(crate) fn sign_in_as_role(&mut self) -> String {
        let role = self.database.role("role", "LOGIN");
        self.mask.hide(&role, "[role]");
        let url = self.socket_url(&role);
        self.set("DATABASE_URL", &url);
        role
    }

    /// The URL over the server's socket, which asks for no password.
    pub(crate) fn socket_url(&self, user: &str) -> String {
        let running = self.database.running();
        match &running.socket_directory {
            Some(directory) => format!(
                "postgresql:///{}?host={}&port={}&user={user}",
                self.database.name(),
                directory.display(),
                running.port
            ),
            None => self.database.url(),
        }
    }

    /// Writes a program of the shell's into the folder `programs`.
    #[cfg(unix)]
    pub(crate) fn script(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = format!("programs/{name}");
        self.write(&path, format!("#!/bin/sh\n{script}\n"));
        std::fs::set_permissions(self.path(&path), std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The backups that were taken, without their manifests.
    pub(crate) fn backups(&self) -> Vec<String> {
        let names = if self.path("backups").is_dir() { self.names_in("backups") } else { Vec::new() };
        names.into_iter().filter(|name| !name.contains(".json")).collect()
    }

    /// Runs the program to its end: `up --track auth`; single quotes keep words together.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.start(line).wait()
    }

    /// Starts the program and goes on.
    pub(crate) fn start(&self, line: &str) -> Program {
        let child = self.command(line).spawn().unwrap();
        Program::new(line, child, self.mask.clone())
    }

    /// Runs the program on a terminal, where somebody types an answer.
    #[cfg(unix)]
    pub(crate) fn run_on_terminal(&self, line: &str, answer: &str) -> Ran {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap().into_string().unwrap();
        let end = || std::fs::File::options().read(true).write(true).open(&name).unwrap();
        let mut command = self.command(line);
        command.stdin(end()).stderr(end());
        let child = command.spawn().unwrap();
        // The program's own ends are the only ones now.
        drop(command);
        let mut terminal = std::fs::File::from(terminal);
        std::io::Write::write_all(&mut terminal, format!("{answer}\n").as_bytes()).unwrap();
        Program::telling(line, (child, terminal), self.mask.clone()).wait()
    }

    /// Runs a line of the shell's, in which the program is `crosstrack`, in the folder of the project.
    #[cfg(unix)]
    #[expect(
        clippy::disallowed_methods,
        reason = "what the shell does to the program is what the test is about"
    )]
    pub(crate) fn shell(&self, line: &str) -> Ran {
        let program = Path::new(env!("CARGO_BIN_EXE_crosstrack"));
        let folder = program.parent().unwrap().display();
        let path = format!("{folder}:{}:/usr/bin:/bin", self.variable("PATH"));
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", line])
            .current_dir(self.path(""))
            .env_clear()
            .env("CROSSTRACK_SHADOW_DATA", crosstrack_testkit::shadow_folder())
            .envs(&self.variables)
            .env("PATH", path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Program::new(line, command.spawn().unwrap(), self.mask.clone()).wait()
    }

    /// Runs the program as somebody whom permissions keep out; nothing where that user cannot reach the program.
    #[cfg(unix)]
    pub(crate) fn run_without_privileges(&self, line: &str) -> Option<Ran> {
        let mut command = self.command(line);
        if rustix::process::geteuid().is_root() {
            std::os::unix::process::CommandExt::uid(&mut command, 65_534);
        }
        let child = command.spawn().ok()?;
        Some(Program::new(line, child, self.mask.clone()).wait())
    }

    #[expect(clippy::disallowed_methods, reason = "the program itself is what these tests are about")]
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosstrack"));
        command
            .args(words(line))
            .current_dir(self.path(""))
            .env_clear()
            .env("CROSSTRACK_SHADOW_DATA", crosstrack_testkit::shadow_folder())
            .envs(&self.variables)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        std::fs::copy(from, to).unwrap();
        return;
    }
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
