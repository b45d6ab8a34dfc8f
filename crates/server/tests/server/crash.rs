//! What killed servers and killed tools leave behind is no obstacle.
//!
//! Must not stop a server in an orderly way.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Instant;

use crosstrack_server::{DevelopmentServer, Durability, ServerSettings, Status};

use crate::support::{Bench, command, kill, process_status, processes_in, query, search_path, wait_until};

#[test]
fn a_server_whose_whole_tree_was_killed_starts_again() {
    let mut bench = Bench::new();
    bench.settings.durability = Durability::Full;
    let first = bench.start();
    query(&first, "create table kept as select 42 as answer");
    processes_in(&bench.cluster()).into_iter().for_each(kill);
    wait_until("the server is seen to be gone", || bench.server().status().unwrap() == Status::Stopped);
    assert!(bench.cluster().join("postmaster.pid").exists());
    let second = bench.start();
    assert!(second.started_now);
    assert_eq!(second.url(), first.url());
    assert_eq!(query(&second, "select answer from kept"), "42");
}

#[test]
fn a_server_whose_head_was_killed_starts_again_at_once() {
    let bench = Bench::new();
    let first = bench.start();
    let spin = "do $$ declare until timestamptz := clock_timestamp() + '60 s'; begin \
                while clock_timestamp() < until loop end loop; end $$";
    let mut busy = command(&first.psql().unwrap())
        .args(["-d", &first.url(), "-c", spin])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let active = "select count(*) from pg_stat_activity where query like 'do %' and state = 'active'";
    wait_until("the query runs", || query(&first, active) == "1");
    let begin = Instant::now();
    kill(first.pid);
    wait_until("it starts again", || {
        bench.server().start(&mut |_| {}).is_ok_and(|again| again.pid != first.pid)
    });
    assert!(begin.elapsed().as_secs() < 15, "{:?}", begin.elapsed());
    assert_eq!(query(&bench.start(), "select 1"), "1");
    busy.wait().unwrap();
}

#[test]
fn a_stale_pid_file_with_a_strangers_number_is_cleaned() {
    let bench = Bench::new();
    let running = bench.start();
    let pid_file = bench.cluster().join("postmaster.pid");
    let note = std::fs::read_to_string(&pid_file).unwrap();
    bench.server().stop().unwrap();
    // The number now belongs to this test, which is alive and no PostgreSQL.
    let stale = note.replacen(&running.pid.to_string(), &std::process::id().to_string(), 1);
    let socket = running.socket_directory.clone().unwrap();
    std::fs::write(&pid_file, &stale).unwrap();
    std::fs::write(socket.join(format!(".s.PGSQL.{}.lock", running.port)), &stale).unwrap();
    assert_eq!(bench.server().status().unwrap(), Status::Stopped);
    let again = bench.start();
    assert_eq!(query(&again, "select 1"), "1");
    assert_eq!(again.port, running.port);
}

#[test]
fn a_cluster_that_was_left_unfinished_is_made_anew() {
    let bench = Bench::new();
    let unfinished = bench.settings.data.join("cluster.new");
    std::fs::create_dir_all(unfinished.join("base")).unwrap();
    std::fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    assert_eq!(bench.server().status().unwrap(), Status::NotCreated);
    assert_eq!(query(&bench.start(), "select 1"), "1");
    assert!(!unfinished.exists());
}

#[test]
fn a_server_is_in_its_own_process_group() {
    let (_bench, running) = Bench::shared();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", running.pid)).unwrap();
    let group = stat.rsplit_once(')').unwrap().1.split_whitespace().nth(2).unwrap();
    assert_eq!(group, running.pid.to_string());
}

/// The other half of the next test: starts the server that the variable names, says so and waits to be killed.
#[test]
#[expect(clippy::disallowed_methods, reason = "how the next test speaks to this one")]
fn the_tool_that_is_killed() {
    let Some(data) = std::env::var_os("CROSSTRACK_TEST_DATA") else { return };
    let mut settings = ServerSettings::new(data.into(), "/nowhere".into(), search_path());
    settings.durability = Durability::None;
    DevelopmentServer::new(settings).start(&mut |_| {}).unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn a_server_survives_the_kill_of_its_tool() {
    let bench = Bench::new();
    let mut tool = command(&std::env::current_exe().unwrap())
        .args(["--exact", "crash::the_tool_that_is_killed"])
        .env("CROSSTRACK_TEST_DATA", &bench.settings.data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let running = || matches!(bench.server().status(), Ok(Status::Running(_)));
    wait_until("the tool has started the server", running);
    kill(tool.id());
    tool.wait().unwrap();
    // The server must not hold the tool's output open: a caller that reads it to its end would hang.
    let output = BufReader::new(tool.stdout.take().unwrap());
    assert!(output.lines().count() > 0);
    let found = bench.start();
    assert!(!found.started_now);
    assert_eq!(query(&found, "select 1"), "1");
    assert_ne!(process_status(found.pid, "PPid"), tool.id().to_string());
}
