//! A throwaway server's ordinary life: started, found, left alone, ended by itself.
//!
//! Must not test crashes: those are in `throwaway_crash`.

use std::time::{Duration, Instant};

use crosstrack_server::{Destroyed, Lifetime, Progress, Status, Stopped};

use crate::support::{processes_in, wait_until};
use crate::throwaway_support::{SHORT, Throwaway, answer, ask, watchers};

#[test]
fn a_throwaway_server_answers_on_its_socket() {
    let throwaway = Throwaway::new();
    assert_eq!(throwaway.server().status().unwrap(), Status::NotCreated);
    let mut told = Vec::new();
    let used = throwaway.server().start(&mut |progress| told.push(progress)).unwrap();
    let running = &used.running;
    assert!(running.started_now);
    assert_eq!((running.user.as_str(), running.database.as_str()), ("developer", "postgres"));
    assert_eq!(answer(running, "select rolsuper from pg_roles where rolname = current_user"), "t");
    assert_eq!(
        told,
        [Progress::Creating { version: running.version }, Progress::Starting { port: running.port }]
    );
    let found = throwaway.server().start(&mut |progress| panic!("{progress:?}")).unwrap();
    assert!(!found.running.started_now);
    assert_eq!(found.running.pid, running.pid);
}

#[test]
fn a_running_throwaway_server_is_found_at_once() {
    let throwaway = Throwaway::new();
    let _used = throwaway.start();
    let begin = Instant::now();
    drop(throwaway.start());
    assert!(begin.elapsed() < Duration::from_millis(500), "{:?}", begin.elapsed());
}

#[test]
fn a_throwaway_server_is_set_for_speed_and_for_large_dumps() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    for (name, expected) in [
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
        ("autovacuum", "off"),
        ("jit", "off"),
        ("logging_collector", "off"),
        ("timezone", "UTC"),
        ("server_encoding", "UTF8"),
        ("max_locks_per_transaction", "1024"),
    ] {
        assert_eq!(answer(&used.running, &format!("show {name}")), expected, "{name}");
    }
    answer(&used.running, "begin; create table prepared (); prepare transaction 'prepared'");
    answer(&used.running, "rollback prepared 'prepared'");
}

#[test]
fn publications_and_replication_slots_can_be_made() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    answer(&used.running, "create publication every_table for all tables");
    let slot = "select slot_name from pg_create_logical_replication_slot('slot', 'pgoutput')";
    assert_eq!(answer(&used.running, slot), "slot");
    answer(&used.running, "select pg_drop_replication_slot('slot')");
    answer(&used.running, "select pg_create_restore_point('point')");
}

#[test]
fn every_role_signs_in_without_a_password() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    answer(&used.running, "create role app login password 'secret'");
    assert_eq!(ask(&used.running, "app", "select current_user").unwrap(), "app");
}

#[test]
fn the_data_of_a_kept_server_survive_a_stop() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    answer(&used.running, "create table kept as select 42 as answer");
    drop(used);
    assert_eq!(throwaway.server().stop().unwrap(), Stopped::Now);
    assert_eq!(throwaway.server().stop().unwrap(), Stopped::WasNotRunning);
    assert_eq!(throwaway.server().status().unwrap(), Status::Stopped);
    let again = throwaway.start();
    assert!(again.running.started_now);
    assert_eq!(answer(&again.running, "select answer from kept"), "42");
}

#[test]
fn a_server_that_is_not_used_ends_by_itself_and_keeps_its_data() {
    let throwaway = Throwaway::with(|settings| settings.idle = SHORT);
    let used = throwaway.start();
    answer(&used.running, "create table kept as select 42 as answer");
    drop(used);
    wait_until("the server has ended", || throwaway.server().status().unwrap() == Status::Stopped);
    wait_until("the watcher has ended", || watchers(&throwaway.settings.folder).is_empty());
    assert_eq!(processes_in(&throwaway.cluster()), Vec::<u32>::new());
    let again = throwaway.start();
    assert_eq!(answer(&again.running, "select answer from kept"), "42");
}

#[test]
fn a_server_that_is_used_does_not_end() {
    let throwaway = Throwaway::with(|settings| settings.idle = Duration::from_millis(300));
    let used = throwaway.start();
    let begin = Instant::now();
    wait_until("several times the idle time has passed", || {
        assert_eq!(answer(&used.running, "select 1"), "1");
        begin.elapsed() > Duration::from_secs(2)
    });
    assert_eq!(watchers(&throwaway.settings.folder).len(), 1);
}

#[test]
fn commands_that_begin_while_the_server_ends_get_one() {
    let throwaway = Throwaway::with(|settings| settings.idle = Duration::from_millis(200));
    let mut starts = 0;
    let begin = Instant::now();
    // Pauses around the idle time: some starts meet the watcher in the act.
    for step in 0.. {
        let used = throwaway.start();
        starts += u32::from(used.running.started_now);
        assert_eq!(answer(&used.running, "select 1"), "1", "start {step}");
        drop(used);
        if starts > 4 {
            break;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "{starts} starts in {step} steps");
        std::thread::sleep(Duration::from_millis(200 + 10 * (step % 20)));
    }
    assert!(watchers(&throwaway.settings.folder).len() <= 1);
}

#[test]
fn a_server_for_once_leaves_nothing() {
    let throwaway = Throwaway::with(|settings| settings.lifetime = Lifetime::Once);
    let used = throwaway.start();
    let cluster = throwaway.cluster().canonicalize().unwrap();
    assert_eq!(answer(&used.running, "select 1"), "1");
    let pid = used.running.pid;
    drop(used);
    assert!(!throwaway.settings.folder.exists());
    assert!(!std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == cluster));
    wait_until("the watcher has ended", || watchers(&throwaway.settings.folder).is_empty());
}

#[test]
fn a_server_for_once_stays_until_its_last_user_has_gone() {
    let throwaway = Throwaway::with(|settings| settings.lifetime = Lifetime::Once);
    let (first, second) = (throwaway.start(), throwaway.start());
    drop(first);
    assert_eq!(answer(&second.running, "select 1"), "1");
    drop(second);
    assert!(!throwaway.settings.folder.exists());
}

#[test]
fn destroying_leaves_neither_files_nor_processes() {
    let throwaway = Throwaway::new();
    let used = throwaway.start();
    assert_eq!(watchers(&throwaway.settings.folder).len(), 1);
    let folder = throwaway.settings.folder.canonicalize().unwrap();
    assert_eq!(throwaway.server().destroy().unwrap(), Destroyed::Now);
    assert_eq!(throwaway.server().destroy().unwrap(), Destroyed::WasNotThere);
    assert!(!folder.exists());
    wait_until("the watcher has ended", || watchers(&folder).is_empty());
    drop(used);
    assert!(!folder.exists());
}

#[test]
fn starts_at_once_give_one_throwaway_server() {
    let throwaway = Throwaway::new();
    let started: Vec<_> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| throwaway.start())).collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(started.iter().filter(|used| used.running.started_now).count(), 1);
    assert!(started.iter().all(|used| used.running.pid == started[0].running.pid));
    assert_eq!(watchers(&throwaway.settings.folder).len(), 1);
}
