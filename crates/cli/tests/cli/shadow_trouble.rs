//! Shadow servers that are killed, full, absent, or the target itself.
//!
//! Must not harm the shadow server that the tests share: a test that does harm has a folder of its own.
#![cfg(unix)]

use std::path::{Path, PathBuf};

use crosstrack_testkit::{TestDatabase, dump_with_data};
use expect_test::expect;
use rustix::process::{Pid, Signal, kill_process};

use crate::program::wait_until;
use crate::scene::Scene;

/// A project with applied migrations whose private shadow server is its own.
struct Apart {
    scene: Scene,
    folder: PathBuf,
}

impl Apart {
    fn new() -> Self {
        let mut scene = Scene::with_migrations();
        scene.run("up").exits(0);
        let folder = scene.path("shadow");
        scene.set("CROSSTRACK_SHADOW_DATA", folder.to_str().unwrap());
        Self { scene, folder }
    }

    /// The file of this name below the folder of the server; the data may be where another user can reach them.
    fn file(&self, name: &str) -> Option<PathBuf> {
        let versions = std::fs::read_dir(&self.folder).ok()?;
        let mut folders: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path()).collect();
        let elsewhere = |folder: &PathBuf| std::fs::read_to_string(folder.join("elsewhere")).ok();
        let others: Vec<PathBuf> =
            folders.iter().filter_map(elsewhere).map(|text| text.trim_end().into()).collect();
        folders.extend(others);
        folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file())
    }

    /// The process of the server.
    fn postmaster(&self) -> Option<Pid> {
        let text = std::fs::read_to_string(self.file("cluster/postmaster.pid")?).ok()?;
        Pid::from_raw(text.lines().next()?.parse().ok()?)
    }

    /// Puts the data of the next server on a small disk: where the system's other account can reach them, for only root mounts.
    fn make_small(&self, megabytes: u32) -> Option<Small> {
        self.scene.run("drift --no-cache").exits(0);
        let cluster = self.file("cluster/postmaster.pid")?.parent()?.to_owned();
        self.end();
        std::fs::remove_dir_all(&cluster).unwrap();
        Small::mount(cluster.parent()?, megabytes)
    }

    /// Ends the server at once.
    fn end(&self) {
        let Some(pid) = self.postmaster() else { return };
        let _ = kill_process(pid, Signal::QUIT);
        wait_until("the shadow server is gone", || rustix::process::test_kill_process(pid).is_err());
    }

    /// Kills the server as the system does that is out of memory.
    fn kill(&self) {
        let pid = self.postmaster().unwrap();
        kill_process(pid, Signal::KILL).unwrap();
    }
}

impl Drop for Apart {
    fn drop(&mut self) {
        self.end();
    }
}

#[test]
fn a_shadow_server_that_was_killed_is_started_again() {
    let apart = Apart::new();
    apart.scene.run("drift --no-cache").exits(0);
    let first = apart.postmaster().unwrap();
    apart.kill();
    apart.scene.run("drift --no-cache").exits(0);
    assert_ne!(apart.postmaster().unwrap(), first);
    apart.scene.run("prove").exits(0);
}

#[test]
fn a_shadow_server_that_is_killed_during_a_command_fails_the_command_and_not_the_next() {
    let apart = Apart::new();
    apart.scene.sqlx("20250105000000_long", "select pg_sleep(60);\n", "");
    let before = dump_with_data(&apart.scene.database);
    let running = apart.scene.start("plan --rehearse");
    wait_until("the shadow server works", || works(&apart));
    apart.kill();
    let ran = running.wait();
    assert!(matches!(ran.code, 4 | 5), "{}", ran.transcript());
    assert_eq!(dump_with_data(&apart.scene.database), before);
    apart.scene.sqlx("20250105000000_long", "select 1;\n", "");
    apart.scene.run("plan --rehearse").exits(0);
    apart.scene.run("up").exits(0);
}

/// Tells whether a process of the server works in a shadow database, by its title.
fn works(apart: &Apart) -> bool {
    let Some(postmaster) = apart.postmaster() else { return false };
    let children = format!("/proc/{0}/task/{0}/children", postmaster.as_raw_nonzero());
    let children = std::fs::read_to_string(children).unwrap_or_default();
    children.split_whitespace().any(|pid| {
        let title = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let title = String::from_utf8_lossy(&title).into_owned();
        title.contains("crosstrack_shadow_") && title.contains("SELECT")
    })
}

#[test]
fn a_full_disk_of_the_shadow_server_is_said_and_the_next_command_with_room_goes_through() {
    let apart = Apart::new();
    let Some(small) = apart.make_small(24) else { return };
    let before = dump_with_data(&apart.scene.database);
    let ran = apart.scene.run("drift --no-cache").exits(3);
    assert!(ran.stderr.contains("cannot start the shadow server"), "{}", ran.transcript());
    assert!(ran.stderr.contains("No space left on device"), "{}", ran.transcript());
    assert_eq!(std::fs::read_dir(&small.0).unwrap().count(), 0, "half a cluster is left");
    // The preview of `down` does without.
    let ran = apart.scene.run("down --dry-run").exits(0);
    assert!(ran.stdout.contains("drop table formulas"), "{}", ran.transcript());
    drop(small);
    apart.scene.run("drift --no-cache").exits(0);
    assert_eq!(dump_with_data(&apart.scene.database), before);
}

#[test]
fn a_disk_that_becomes_full_during_a_replay_is_said() {
    let apart = Apart::new();
    let Some(_small) = apart.make_small(150) else { return };
    apart.scene.sqlx(
        "20250105000000_much",
        "create table much as select n, repeat('x', 900) as text from generate_series(1, 200000) n;\n",
        "drop table much;\n",
    );
    for line in ["plan --rehearse", "prove"] {
        let ran = apart.scene.run(line).exits(4);
        assert!(ran.stderr.contains("(SQLSTATE 53100)"), "{}", ran.transcript());
        assert!(!ran.stdout.contains("not go through"), "{}", ran.transcript());
    }
    assert!(!apart.scene.database.has("much"));
    apart.scene.run("drift --no-cache").exits(0);
}

/// A small file system in memory, which is unmounted with this value.
struct Small(PathBuf);

impl Small {
    /// None where the tests may not mount one; then that is told.
    #[expect(clippy::disallowed_methods, reason = "no crate mounts, and a test needs a disk that is full")]
    fn mount(folder: &Path, megabytes: u32) -> Option<Self> {
        let size = format!("size={megabytes}m,mode=0711");
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "crosstrack-test"])
            .arg(folder)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(folder.to_owned()));
        }
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: this user may not mount a small disk\n",
        );
        None
    }
}

impl Drop for Small {
    #[expect(clippy::disallowed_methods, reason = "no crate unmounts")]
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").args(["-l"]).arg(&self.0).status();
    }
}

#[test]
fn two_commands_at_once_on_a_fresh_folder_share_one_server() {
    let apart = Apart::new();
    let running = ["drift --no-cache", "prove", "schema dump auth"].map(|line| apart.scene.start(line));
    for program in running {
        program.wait().exits(0);
    }
    apart.scene.run("drift --no-cache").exits(0);
}

#[test]
fn a_folder_without_server_programs_is_named_with_the_options_and_down_shows_its_statements() {
    let mut scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.sqlx("20250105000000_later", "select 1;\n", "");
    scene.write("auth/schema.sql", "create table users (id int);\n");
    scene.write("no-programs/README", "");
    scene.declare("[server]\npg_bin = \"no-programs\"\n");
    scene.set("PATH", "");
    scene.run("drift --no-cache").shows(&expect![[r#"
        $ crosstrack drift --no-cache
        [stderr]
        error: found no `postgres` in `[project]/no-programs`
          changed: nothing
             next: name the folder that holds `postgres` and `initdb`; `pg_config --bindir` prints it, and a client-only installation has neither
             next: the folder is named by `--pg-bin`, or by `pg_bin` under `[server]` in crosstrack.toml
             next: name a server on which migrations may be tried: `--shadow-url`, CROSSTRACK_SHADOW_URL, or `url` under `[shadow]` in crosstrack.toml
             next: or use the target's own server: `server = "target"` under `[shadow]`; the user needs the right CREATEDB there
        [exit 3]
    "#]]);
    for line in
        ["prove", "plan --rehearse", "schema dump auth", "generate x --track auth", "baseline --dry-run"]
    {
        let ran = scene.run(line).exits(3);
        assert!(ran.stderr.contains("CROSSTRACK_SHADOW_URL"), "{}", ran.transcript());
    }
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250104000000_formulas  cms/20250104000000_formulas.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        1 step back, fingerprint 619ee12225eb
        what it loses was not rehearsed: found no `postgres` in `[project]/no-programs`
        [exit 0]
    "#]]);
    let doctor = scene.run("doctor").transcript();
    let about: String = doctor
        .lines()
        .skip_while(|line| !line.contains(" shadow "))
        .map(|line| format!("{}\n", line.trim_end()))
        .collect();
    expect![[r#"
          warning  shadow        found no `postgres` in `[project]/no-programs`: drift, prove, plan --rehearse, generate, schema dump, schema diff, shadow capture, baseline and fresh do not work, and down shows its losses from the statements only
                                 next: name the folder that holds `postgres` and `initdb`; `pg_config --bindir` prints it, and a client-only installation has neither
                                       the folder is named by `--pg-bin`, or by `pg_bin` under `[server]` in crosstrack.toml
                                       name a server on which migrations may be tried: `--shadow-url`, CROSSTRACK_SHADOW_URL, or `url` under `[shadow]` in crosstrack.toml
                                       or use the target's own server: `server = "target"` under `[shadow]`; the user needs the right CREATEDB there
        Healthy: 21 ok, 2 warnings.
        [exit 0]
    "#]].assert_eq(&about);
    scene.run("down --pg-bin no-programs").exits(0);
    assert!(!scene.database.has("formulas"));
}

#[test]
fn a_shadow_url_that_is_the_target_is_refused_by_whatever_name() {
    let mut scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let url = scene.database.url();
    let other = TestDatabase::new("beside");
    scene.hide(other.name().to_owned(), "[beside]");
    // Another time zone shows the start of the server as another text.
    scene.database.sql(&format!("alter database {} set timezone to 'Asia/Tokyo'", scene.database.name()));
    let before = dump_with_data(&scene.database);
    for shadow in [&url, &url.replace("127.0.0.1", "localhost"), &other.url()] {
        for line in ["drift --no-cache", "prove", "shadow capture"] {
            let ran = scene.run(&format!("{line} --shadow-url '{shadow}'")).exits(3);
            assert!(ran.stderr.contains("is the server of the target database"), "{}", ran.transcript());
        }
    }
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("drift --no-cache --shadow-url postgresql://nobody@127.0.0.1:1/nowhere").shows(&expect![[r#"
        $ crosstrack drift --no-cache --shadow-url postgresql://nobody@127.0.0.1:[port]/nowhere
        [stderr]
        error: cannot reach the shadow server
          because: cannot reach the database server at 127.0.0.1:[port]
          because: Connection refused (os error [number])
          changed: nothing
             next: a private shadow server is started again by the next command; another is named by `--shadow-url`, CROSSTRACK_SHADOW_URL, or `url` under `[shadow]` in crosstrack.toml
        [exit 5]
    "#]]);
    scene.set("CROSSTRACK_SHADOW_URL", &url);
    scene.run("drift --no-cache").shows(&expect![[r#"
        $ crosstrack drift --no-cache
        [stderr]
        error: the shadow server named by CROSSTRACK_SHADOW_URL is the server of the target database
          changed: nothing
             next: name another server; without `--shadow-url` a private one is started
             next: to use the target's own server on purpose: `server = "target"` under `[shadow]` in crosstrack.toml
        [exit 3]
    "#]]);
}
