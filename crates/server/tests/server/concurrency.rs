//! Calls at the same time do not collide.
//!
//! Must not depend on which of them is first.

use std::collections::BTreeSet;

use crosstrack_server::{Destroyed, Status};

use crate::support::{Bench, query};

#[test]
fn starts_at_once_give_one_server() {
    let bench = Bench::new();
    let started: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| bench.start())).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(started.iter().filter(|running| running.started_now).count(), 1);
    let urls: BTreeSet<_> = started.iter().map(|running| (running.url(), running.pid)).collect();
    assert_eq!(urls.len(), 1, "{urls:?}");
}

#[test]
fn servers_in_two_folders_are_two() {
    let (one, other) = (Bench::new(), Bench::new());
    let (one, other) = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| one.start()), scope.spawn(|| other.start()));
        let (one, other) = (one.join().unwrap(), other.join().unwrap());
        assert_eq!((query(&one, "select 1"), query(&other, "select 2")), ("1".to_owned(), "2".to_owned()));
        (one, other)
    });
    assert_ne!(one.port, other.port);
    assert_ne!(one.password, other.password);
}

#[test]
fn a_start_that_waited_for_a_destruction_makes_a_new_server() {
    let bench = Bench::new();
    let first = bench.start();
    std::thread::scope(|scope| {
        let destroying = scope.spawn(|| bench.server().destroy().unwrap());
        let mut latest = bench.start();
        assert_eq!(destroying.join().unwrap(), Destroyed::Now);
        // It found the old server when it was faster than the destruction.
        if latest.pid == first.pid {
            latest = bench.start();
        }
        assert_eq!(query(&latest, "select 1"), "1");
    });
    assert!(matches!(bench.server().status().unwrap(), Status::Running(_)));
}
