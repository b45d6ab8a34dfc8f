//! A server's ordinary life: created, found, stopped, started again, destroyed.
//!
//! Must not test crashes: those are in `crash`.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crosstrack_server::{Destroyed, Durability, Progress, Status, Stopped};

use crate::support::{Bench, processes_in, psql, query};

#[test]
fn a_server_is_created_and_answers() {
    let bench = Bench::new();
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
    let mut told = Vec::new();
    let running = bench.server().start(&mut |progress| told.push(progress)).unwrap();
    assert!(running.started_now);
    assert_eq!(query(&running, "select current_user || '@' || current_database()"), "developer@crosstrack");
    assert_eq!(query(&running, "show timezone"), "UTC");
    assert_eq!(query(&running, "show server_encoding"), "UTF8");
    assert_eq!(query(&running, "show fsync"), "off");
    let expected =
        [Progress::Creating { version: running.version }, Progress::Starting { port: running.port }];
    assert_eq!(told, expected);
}

#[test]
fn a_running_server_is_found_at_once() {
    let (bench, started) = Bench::shared();
    let begin = Instant::now();
    let found = bench.server().start(&mut |progress| panic!("{progress:?}")).unwrap();
    let elapsed = begin.elapsed();
    assert!(!found.started_now);
    assert_eq!((found.url(), found.pid), (started.url(), started.pid));
    assert_eq!(bench.server().status().unwrap(), Status::Running(found));
    assert!(elapsed < Duration::from_millis(500), "{elapsed:?}");
}

#[test]
fn a_stopped_server_keeps_its_data_and_its_url() {
    let bench = Bench::new();
    let first = bench.start();
    query(&first, "create table kept as select 42 as answer");
    assert_eq!(bench.server().stop().unwrap(), Stopped::Now);
    assert_eq!(bench.server().status().unwrap(), Status::Stopped);
    assert_eq!(processes_in(&bench.cluster()), Vec::<u32>::new());
    assert_eq!(bench.server().stop().unwrap(), Stopped::WasNotRunning);
    let second = bench.start();
    assert!(second.started_now);
    assert_eq!(second.url(), first.url());
    assert_eq!(query(&second, "select answer from kept"), "42");
}

#[test]
fn a_server_whose_port_was_taken_gets_another() {
    let bench = Bench::new();
    let first = bench.start();
    bench.server().stop().unwrap();
    let _taken = TcpListener::bind(("127.0.0.1", first.port)).unwrap();
    let second = bench.start();
    assert_ne!(second.port, first.port);
    assert_eq!(query(&second, "select 1"), "1");
}

#[test]
fn a_destroyed_server_leaves_nothing() {
    let bench = Bench::new();
    assert_eq!(bench.server().destroy().unwrap(), Destroyed::WasNotThere);
    assert_eq!(bench.server().stop().unwrap(), Stopped::WasNotRunning);
    assert!(!bench.settings.data.exists());
    let running = bench.start();
    assert_eq!(bench.server().destroy().unwrap(), Destroyed::Now);
    assert!(!bench.settings.data.exists());
    assert!(!Path::new(&format!("/proc/{}/cwd", running.pid)).join("base").exists());
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
}

#[test]
fn destroying_spares_what_is_not_the_servers() {
    let bench = Bench::new();
    bench.start();
    let other = bench.settings.data.join("notes.txt");
    std::fs::write(&other, "mine").unwrap();
    bench.server().destroy().unwrap();
    assert_eq!(std::fs::read_to_string(other).unwrap(), "mine");
    assert!(!bench.cluster().exists());
}

#[test]
fn a_long_path_works() {
    let mut bench = Bench::new();
    bench.settings.data = bench.folder.path().join("long".repeat(30)).join("server");
    let running = bench.start();
    let socket = running.socket_directory.clone().unwrap();
    assert!(!socket.starts_with(bench.folder.path()), "{}", socket.display());
    assert_eq!(query(&running, "select 1"), "1");
    bench.server().destroy().unwrap();
    assert!(!socket.exists());
}

#[test]
fn a_server_is_found_by_way_of_a_link() {
    let mut bench = Bench::new();
    let (real, link) = (bench.folder.path().join("long".repeat(30)), bench.folder.path().join("link"));
    std::fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    bench.settings.data = link.join("server");
    let by_link = bench.start();
    bench.settings.data = real.join("server");
    let found = bench.start();
    assert!(!found.started_now);
    assert_eq!(found.socket_directory, by_link.socket_directory);
}

#[test]
fn a_path_with_strange_letters_works() {
    let mut bench = Bench::new();
    bench.settings.data = bench.folder.path().join("my \"data\", größer");
    assert_eq!(query(&bench.start(), "select 1"), "1");
}

#[test]
fn the_socket_is_private_and_asks_for_no_password() {
    let (bench, running) = Bench::shared();
    let socket = running.socket_directory.clone().unwrap();
    for private in [socket.clone(), bench.cluster()] {
        assert_eq!(private.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", private.display());
    }
    let url = format!("host={} port={} user=developer dbname=crosstrack", socket.display(), running.port);
    let output = psql(&url, &running, "select 1");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_password_is_for_its_owner_only_and_is_asked_for() {
    let (bench, running) = Bench::shared();
    let file = bench.settings.data.join("password").metadata().unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    assert!(!format!("{running:?}").contains(running.password.expose()));
    let wrong = running.url().replace(running.password.expose(), "guess");
    let output = psql(&wrong, &running, "select 1");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("password authentication failed"), "{said}");
}

#[test]
fn the_log_does_not_hold_the_password() {
    let (bench, running) = Bench::shared();
    let log = std::fs::read_to_string(bench.settings.data.join("server.log")).unwrap();
    assert!(log.contains("ready to accept connections"), "{log}");
    assert!(!log.contains(running.password.expose()));
}

#[test]
fn a_developers_server_is_durable() {
    let mut bench = Bench::new();
    bench.settings.durability = Durability::Full;
    assert_eq!(query(&bench.start(), "show fsync"), "on");
}

#[test]
fn psql_is_opened_on_the_server() {
    let (_bench, running) = Bench::shared();
    let arguments = ["--no-psqlrc", "--quiet", "-c", "create table opened ()"].map(Into::into);
    assert!(running.open_psql("crosstrack", &arguments).unwrap().success());
    assert_eq!(query(&running, "select count(*) from opened"), "0");
}
