//! Root gets a server that does not run as root.
//!
//! Must not fail for a caller who is not root: there is nothing to test then.

use std::ffi::OsString;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};

use crosstrack_server::{Status, Stopped};

use crate::support::{Bench, is_root, process_status, query};

/// The user and the group of nobody in particular.
const NOBODY: u32 = 65_534;

#[test]
fn a_server_of_roots_has_no_privileges() {
    let (_bench, running) = Bench::shared();
    assert_eq!(process_status(running.pid, "CapEff"), "0000000000000000");
}

/// Without `unshare` on `PATH`, as where user namespaces are not allowed.
fn bench_without_namespaces() -> Bench {
    let mut bench = Bench::new();
    bench.settings.search_path = OsString::new();
    // Root's alone, as root's home is.
    std::fs::set_permissions(bench.folder.path(), PermissionsExt::from_mode(0o700)).unwrap();
    bench
}

#[test]
fn a_server_without_namespaces_runs_as_an_account() {
    if !is_root() {
        return;
    }
    let bench = bench_without_namespaces();
    let running = bench.start();
    let user = process_status(running.pid, "Uid").split_whitespace().next().unwrap().to_owned();
    assert_ne!(user, "0");
    // The account cannot enter the folder, so the data had to go elsewhere.
    let elsewhere = std::fs::read_to_string(bench.settings.data.join("elsewhere")).unwrap();
    let elsewhere = std::path::PathBuf::from(elsewhere.trim_end());
    assert!(elsewhere.starts_with("/var/tmp"), "{}", elsewhere.display());
    assert_eq!(query(&running, "select 1"), "1");
    assert_eq!(bench.server().stop().unwrap(), Stopped::Now);
    assert_eq!(bench.start().url(), running.url());
    bench.server().destroy().unwrap();
    assert!(!elsewhere.exists());
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
}

#[test]
fn an_account_takes_over_a_cluster_that_root_made() {
    if !is_root() {
        return;
    }
    let mut bench = Bench::new();
    std::fs::set_permissions(bench.folder.path(), PermissionsExt::from_mode(0o711)).unwrap();
    let first = bench.start();
    query(&first, "create table kept as select 42 as answer");
    bench.server().stop().unwrap();
    bench.settings.search_path = OsString::new();
    let second = bench.start();
    assert!(!process_status(second.pid, "Uid").starts_with("0\t"));
    assert_eq!(query(&second, "select answer from kept"), "42");
    assert_eq!(second.url(), first.url());
}

#[test]
fn root_does_not_lock_the_owner_of_a_server_out() {
    if !is_root() {
        return;
    }
    let bench = Bench::new();
    std::fs::set_permissions(bench.folder.path(), PermissionsExt::from_mode(0o711)).unwrap();
    std::fs::create_dir(&bench.settings.data).unwrap();
    chown(&bench.settings.data, Some(NOBODY), Some(NOBODY)).unwrap();
    std::fs::create_dir(bench.cluster()).unwrap();
    chown(bench.cluster(), Some(NOBODY), Some(NOBODY)).unwrap();
    let running = bench.start();
    let user = process_status(running.pid, "Uid").split_whitespace().next().unwrap().to_owned();
    assert_eq!(user, NOBODY.to_string());
    for file in ["binaries", "cluster", "password", "port", "server.log", "socket"] {
        assert_eq!(bench.settings.data.join(file).metadata().unwrap().uid(), NOBODY, "{file}");
    }
}
