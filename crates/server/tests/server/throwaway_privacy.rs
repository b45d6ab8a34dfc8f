//! A throwaway server is for one user only, and what cannot work is refused.
//!
//! Must not trust the server's settings: it reads the kernel's tables and the files' permissions.

use std::ffi::OsString;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use crosstrack_server::{Binaries, PrivacyError, StartStepError, Status, Version};

use crate::support::{chain, is_root, process_status, write_script};
use crate::throwaway_support::{SmallDisk, Throwaway, answer, watchers};

/// The numbers of the TCP sockets that this process has open.
fn tcp_sockets_of(pid: u32) -> Vec<String> {
    let tables: String = ["tcp", "tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).ok())
        .collect();
    std::fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .flatten()
        .filter_map(|file| std::fs::read_link(file.path()).ok()?.to_str().map(str::to_owned))
        .filter_map(|name| Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned()))
        .filter(|number| tables.lines().any(|line| line.split_whitespace().nth(9) == Some(number)))
        .collect()
}

#[test]
fn a_throwaway_server_has_no_tcp_port() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    assert_eq!(tcp_sockets_of(used.running.pid), Vec::<String>::new());
    assert_eq!(answer(&used.running, "show listen_addresses"), "");
}

#[test]
fn everything_of_a_throwaway_server_is_this_users_alone() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    let socket = used.running.socket_directory.clone().unwrap();
    for private in [throwaway.settings.folder.clone(), throwaway.cluster(), socket] {
        let mode = private.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", private.display());
    }
    assert!(!throwaway.settings.folder.join("initdb.password").exists());
}

#[test]
fn the_server_and_its_watcher_are_in_no_terminals_session() {
    let throwaway = Throwaway::new();
    let _used = throwaway.start();
    let watcher = watchers(&throwaway.settings.folder)[0];
    let stat = std::fs::read_to_string(format!("/proc/{watcher}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    // Process group, session and terminal.
    assert_eq!((fields[2], fields[3], fields[4]), (&*watcher.to_string(), &*watcher.to_string(), "0"));
    assert_eq!(std::fs::read_link(format!("/proc/{watcher}/cwd")).unwrap(), Path::new("/"));
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let throwaway = Throwaway::new();
    std::fs::create_dir(&throwaway.settings.folder).unwrap();
    std::fs::set_permissions(&throwaway.settings.folder, PermissionsExt::from_mode(0o770)).unwrap();
    let error = throwaway.server().start(&mut |_| {}).unwrap_err();
    let refused = StartStepError::Privacy(PrivacyError::WritableByOthers {
        path: throwaway.settings.folder.clone(),
        mode: 0o770,
    });
    assert_eq!(format!("{:?}", error.step), format!("{refused:?}"));
    assert!(chain(&error).starts_with("could not start the shadow server in `"), "{}", chain(&error));
    assert_eq!(std::fs::read_dir(&throwaway.settings.folder).unwrap().count(), 0);
}

#[test]
fn a_link_in_the_folders_place_is_refused() {
    let throwaway = Throwaway::new();
    std::os::unix::fs::symlink(throwaway.folder.path(), &throwaway.settings.folder).unwrap();
    let error = throwaway.server().start(&mut |_| {}).unwrap_err();
    assert!(matches!(*error.step, StartStepError::Privacy(PrivacyError::NotAFolder { .. })), "{error:?}");
}

#[test]
fn a_folder_of_another_user_is_refused() {
    if !is_root() {
        return;
    }
    let throwaway = Throwaway::new();
    std::fs::create_dir(&throwaway.settings.folder).unwrap();
    chown(&throwaway.settings.folder, Some(65_534), Some(65_534)).unwrap();
    let error = throwaway.server().start(&mut |_| {}).unwrap_err();
    assert!(chain(&error).contains("belongs to another user (number 65534)"), "{}", chain(&error));
}

#[test]
fn a_throwaway_server_of_roots_without_namespaces_runs_as_an_account() {
    if !is_root() {
        return;
    }
    let throwaway = Throwaway::with(|settings| {
        settings.search_path = OsString::new();
        settings.idle = std::time::Duration::from_secs(1);
    });
    let used = throwaway.start();
    assert!(!process_status(used.running.pid, "Uid").starts_with("0\t"));
    assert_eq!(answer(&used.running, "select 1"), "1");
    let socket = used.running.socket_directory.clone().unwrap();
    assert_eq!(socket.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    drop(used);
    let ended = || throwaway.server().status().unwrap() == Status::Stopped;
    crate::support::wait_until("the watcher has ended the account's server", ended);
    assert_eq!(answer(&throwaway.start().running, "select 1"), "1");
    throwaway.server().destroy().unwrap();
    assert!(!socket.parent().unwrap().exists());
}

#[test]
fn a_throwaway_server_of_roots_has_no_privileges() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    assert_eq!(process_status(used.running.pid, "CapEff"), "0000000000000000");
}

#[test]
fn a_cluster_for_which_the_disk_has_no_room_leaves_nothing() {
    let Some(disk) = SmallDisk::mount("12m") else { return };
    let throwaway = Throwaway::with(|settings| settings.folder = disk.0.path().join("shadow"));
    let error = throwaway.server().start(&mut |_| {}).unwrap_err();
    let folder = throwaway.settings.folder.display();
    assert!(
        chain(&error).contains(&format!("could not start the shadow server in `{folder}`")),
        "{}",
        chain(&error)
    );
    assert!(chain(&error).contains("No space left on device"), "{}", chain(&error));
    assert!(error.hint().contains("make room on the disk"), "{}", error.hint());
    assert_eq!(std::fs::read_dir(disk.0.path()).unwrap().count(), 0);
}

#[test]
fn programs_of_another_version_do_not_get_the_running_server() {
    let throwaway = Throwaway::new();
    let _used = throwaway.start();
    let newer = throwaway.folder.path().join("newer");
    write_script(&newer.join("postgres"), "exit 1");
    let mut settings = throwaway.settings.clone();
    settings.binaries = Binaries { directory: newer, version: Version { major: 99, minor: 1 } };
    let error = crosstrack_server::ThrowawayServer::new(settings).start(&mut |_| {}).unwrap_err();
    assert!(matches!(*error.step, StartStepError::OtherVersion { .. }), "{error:?}");
    assert_eq!(error.hint(), "try again when the running shadow server has ended");
}
