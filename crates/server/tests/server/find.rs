//! Which installed programs are found, and which of them is taken.
//!
//! Must not depend on what is installed on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crosstrack_server::{FindError, Search, find_binaries, inspect_binaries};
use tempfile::TempDir;

use crate::support::write_script;

/// A folder whose `postgres` says that it is this version.
fn install(folder: &Path, version: &str) -> PathBuf {
    let directory = folder.join(version).join("bin");
    write_script(&directory.join("postgres"), &format!("echo 'postgres (PostgreSQL) {version}'"));
    write_script(&directory.join("initdb"), "exit 0");
    directory
}

fn search(directories: &[&Path]) -> Search {
    Search { path: std::env::join_paths(directories).unwrap(), usual_places: false }
}

fn versions(search: &Search) -> Vec<String> {
    find_binaries(search).iter().map(|binaries| binaries.version.to_string()).collect()
}

#[test]
fn the_newest_comes_first() {
    let folder = TempDir::new().unwrap();
    let installed = ["9.6", "15.9", "17.2", "15.14"].map(|version| install(folder.path(), version));
    let directories: Vec<&Path> = installed.iter().map(PathBuf::as_path).collect();
    assert_eq!(versions(&search(&directories)), ["17.2", "15.14", "15.9", "9.6"]);
}

#[test]
fn a_client_only_installation_is_passed_over() {
    let folder = TempDir::new().unwrap();
    let client = folder.path().join("client");
    write_script(&client.join("psql"), "exit 0");
    let server = install(folder.path(), "15.14");
    assert_eq!(versions(&search(&[&client, &server])), ["15.14"]);
}

#[test]
fn programs_that_do_not_run_are_passed_over() {
    let folder = TempDir::new().unwrap();
    let broken = install(folder.path(), "18.0");
    write_script(&broken.join("postgres"), "echo 'libpq.so.5: cannot open' >&2; exit 127");
    let server = install(folder.path(), "15.14");
    assert_eq!(versions(&search(&[&broken, &server])), ["15.14"]);
}

#[test]
fn pg_config_is_asked() {
    let folder = TempDir::new().unwrap();
    let server = install(folder.path(), "16.3");
    let elsewhere = folder.path().join("elsewhere");
    write_script(&elsewhere.join("pg_config"), &format!("echo '{}'", server.display()));
    let found = find_binaries(&search(&[&elsewhere]));
    assert_eq!(found.first().map(|binaries| binaries.directory.clone()), Some(server));
}

#[test]
fn one_installation_on_two_paths_is_one() {
    let folder = TempDir::new().unwrap();
    let server = install(folder.path(), "16.3");
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&server, &link).unwrap();
    assert_eq!(versions(&search(&[&link, &server])), ["16.3"]);
}

#[test]
fn links_to_the_programs_are_followed() {
    let folder = TempDir::new().unwrap();
    let server = install(folder.path(), "16.3");
    let links = folder.path().join("links");
    std::fs::create_dir(&links).unwrap();
    for program in ["postgres", "initdb"] {
        std::os::unix::fs::symlink(server.join(program), links.join(program)).unwrap();
    }
    assert_eq!(find_binaries(&search(&[&links]))[0].directory, server.canonicalize().unwrap());
    assert_eq!(inspect_binaries(&links).unwrap().directory, server.canonicalize().unwrap());
}

#[test]
fn nothing_is_found_where_nothing_is() {
    let search = Search { path: OsString::from("/nowhere:relative"), usual_places: false };
    assert_eq!(versions(&search), Vec::<String>::new());
}

#[test]
fn a_named_folder_without_programs_is_refused() {
    let folder = TempDir::new().unwrap();
    let error = inspect_binaries(folder.path()).unwrap_err();
    assert_eq!(error.to_string(), format!("found no `postgres` in `{}`", folder.path().display()));
    assert!(error.hint().contains("pg_config --bindir"));
    assert!(matches!(error, FindError::Missing { program: "postgres", .. }));
}
