//! Killed servers, killed tools, damaged clusters and other boots are no obstacle to the next start.
//!
//! Must not stop a server in an orderly way, unless the test is about that.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crosstrack_server::{Lifetime, Status, ThrowawayServer};

use crate::support::{command, kill, processes_in, wait_until};
use crate::throwaway_support::{SHORT, Throwaway, answer, settings, watchers};

#[test]
fn a_killed_throwaway_server_recovers() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    answer(&used.running, "create table kept as select 42 as answer");
    // Without it the last commits may be in the memory of the server alone.
    answer(&used.running, "checkpoint");
    kill(used.running.pid);
    wait_until("it starts again", || {
        throwaway.server().start(&mut |_| {}).is_ok_and(|again| again.running.pid != used.running.pid)
    });
    assert_eq!(answer(&throwaway.start().running, "select answer from kept"), "42");
    assert_eq!(watchers(&throwaway.settings.folder).len(), 1);
}

#[test]
fn a_server_whose_watcher_was_killed_gets_another() {
    let throwaway = Throwaway::new();
    let _used = throwaway.start();
    let first = watchers(&throwaway.settings.folder);
    first.iter().copied().for_each(kill);
    wait_until("the watcher is gone", || watchers(&throwaway.settings.folder).is_empty());
    drop(throwaway.start());
    wait_until("there is another", || watchers(&throwaway.settings.folder).len() == 1);
}

#[test]
fn the_watcher_ends_when_the_server_is_gone() {
    let throwaway = Throwaway::with(|settings| settings.idle = 20 * SHORT);
    drop(throwaway.start());
    processes_in(&throwaway.cluster()).into_iter().for_each(kill);
    wait_until("the watcher has ended", || watchers(&throwaway.settings.folder).is_empty());
}

/// The boot that the server remembers, after which this one is another.
fn pretend_reboot(throwaway: &Throwaway) {
    std::fs::write(throwaway.settings.folder.join("boot"), "another\n").unwrap();
}

#[test]
fn a_cluster_that_ran_when_the_machine_crashed_is_made_anew() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    answer(&used.running, "create table perhaps_damaged ()");
    processes_in(&throwaway.cluster()).into_iter().for_each(kill);
    wait_until("the server is gone", || throwaway.server().status().unwrap() == Status::Stopped);
    pretend_reboot(&throwaway);
    let again = throwaway.start();
    assert_eq!(answer(&again.running, "select to_regclass('perhaps_damaged') is null"), "t");
}

#[test]
fn a_cluster_that_was_stopped_before_a_reboot_is_kept() {
    let throwaway = Throwaway::new();
    answer(&throwaway.start().running, "create table kept as select 42 as answer");
    throwaway.server().stop().unwrap();
    pretend_reboot(&throwaway);
    assert_eq!(answer(&throwaway.start().running, "select answer from kept"), "42");
}

#[test]
fn a_cluster_that_does_not_start_is_made_anew() {
    let throwaway = Throwaway::new();
    drop(throwaway.start());
    throwaway.server().stop().unwrap();
    std::fs::write(throwaway.cluster().join("global/pg_control"), "damaged").unwrap();
    assert_eq!(answer(&throwaway.start().running, "select 1"), "1");
}

#[test]
fn a_cluster_of_another_version_is_made_anew() {
    let throwaway = Throwaway::new();
    drop(throwaway.start());
    throwaway.server().stop().unwrap();
    std::fs::write(throwaway.cluster().join("PG_VERSION"), "9\n").unwrap();
    assert_eq!(answer(&throwaway.start().running, "select 1"), "1");
}

#[test]
fn the_rest_of_a_deleted_cluster_is_no_obstacle() {
    let throwaway = Throwaway::new();
    std::fs::create_dir_all(throwaway.cluster().join("base")).unwrap();
    assert_eq!(answer(&throwaway.start().running, "select 1"), "1");
}

/// The other half of the next tests: uses a server in the folder that the variable names, and waits to be killed.
#[test]
#[expect(clippy::disallowed_methods, reason = "the way in which the next tests speak to this one")]
fn the_tool_that_uses_a_throwaway_server() {
    let Some(folder) = std::env::var_os("CROSSTRACK_TEST_FOLDER") else { return };
    let mut settings = settings(folder.into());
    settings.idle = SHORT;
    settings.lifetime = Lifetime::Once;
    let _used = ThrowawayServer::new(settings).start(&mut |_| {}).unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn a_server_for_once_whose_tool_was_killed_is_deleted_by_its_watcher() {
    let throwaway = Throwaway::with(|settings| settings.idle = SHORT);
    // The shell gives its output to the tool a second time, on 3, as some test runners do.
    let mut tool = command(std::path::Path::new("/bin/sh"))
        .args(["-c", "exec 3>&1; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "throwaway_crash::the_tool_that_uses_a_throwaway_server"])
        .env("CROSSTRACK_TEST_FOLDER", &throwaway.settings.folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the tool has started the server", || {
        matches!(throwaway.server().status(), Ok(Status::Running(_)))
    });
    kill(tool.id());
    tool.wait().unwrap();
    // Neither the server nor the watcher holds the tool's output open: this would wait for their end.
    let output = BufReader::new(tool.stdout.take().unwrap());
    assert!(output.lines().count() > 0);
    assert!(matches!(throwaway.server().status(), Ok(Status::Running(_) | Status::Busy { .. })));
    wait_until("the watcher has deleted the folder", || !throwaway.settings.folder.exists());
    wait_until("the watcher has ended", || watchers(&throwaway.settings.folder).is_empty());
}
