//! What cannot work is refused with a clear text, a cause and a way on.
//!
//! Must not match on more of the text than a reader needs.

use std::os::unix::fs::PermissionsExt as _;

use crosstrack_server::{StartStepError, Status};

use crate::support::{Bench, chain, write_script};

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let mut bench = Bench::new();
    let file = bench.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    bench.settings.data = file.join("server");
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
    let error = bench.server().start(&mut |_| {}).unwrap_err();
    let expected = format!(
        "could not start the development server in `{0}`\ncould not write to the server's folder `{0}`\n\
         Not a directory (os error 20)",
        bench.settings.data.display()
    );
    assert_eq!(chain(&error), expected);
    assert!(error.hint().contains("choose a folder"), "{}", error.hint());
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let mut bench = Bench::new();
    bench.settings.data = "/proc/crosstrack-server".into();
    let error = bench.server().start(&mut |_| {}).unwrap_err();
    assert!(chain(&error).contains("could not write to the server's folder `/proc/"), "{error}");
}

#[test]
fn programs_of_another_version_are_not_let_near_a_cluster() {
    let mut bench = Bench::new();
    bench.start();
    bench.server().stop().unwrap();
    let newer = bench.folder.path().join("newer");
    write_script(&newer.join("postgres"), "echo 'postgres (PostgreSQL) 99.1'");
    write_script(&newer.join("initdb"), "exit 1");
    bench.settings.binaries = Some(newer);
    let error = bench.server().start(&mut |_| {}).unwrap_err();
    assert!(matches!(*error.step, StartStepError::OtherVersion { .. }), "{error:?}");
    assert!(chain(&error).contains("are PostgreSQL 99.1"), "{}", chain(&error));
    assert!(error.hint().contains("db server destroy"), "{}", error.hint());
}

#[test]
fn a_failing_initdb_is_quoted_and_leaves_no_cluster() {
    let mut bench = Bench::new();
    std::fs::set_permissions(bench.folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let broken = bench.folder.path().join("broken");
    write_script(&broken.join("postgres"), "echo 'postgres (PostgreSQL) 15.1'");
    write_script(&broken.join("initdb"), "echo 'initdb: error: no space left' >&2; exit 1");
    bench.settings.binaries = Some(broken);
    let error = bench.server().start(&mut |_| {}).unwrap_err();
    assert!(chain(&error).contains("initdb said: initdb: error: no space left"), "{}", chain(&error));
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
}

#[test]
fn a_server_that_ends_at_once_is_quoted() {
    let bench = Bench::new();
    bench.start();
    bench.server().stop().unwrap();
    let settings = bench.cluster().join("postgresql.conf");
    std::fs::write(&settings, "max_connections = many\n").unwrap();
    let error = bench.server().start(&mut |_| {}).unwrap_err();
    assert!(chain(&error).contains("the server ended while it was starting"), "{}", chain(&error));
    assert!(chain(&error).contains("contains errors"), "{}", chain(&error));
    assert!(error.hint().contains("server.log"), "{}", error.hint());
}
