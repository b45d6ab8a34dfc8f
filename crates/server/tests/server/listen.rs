//! The server is never reachable from another machine.
//!
//! Must not trust the server's settings: it reads the kernel's table of listening sockets.

use crate::support::{Bench, processes_in, query};

/// Local addresses, in the kernel's hexadecimal, of the sockets that listen on this port.
fn listening_on(port: u16) -> Vec<String> {
    let suffix = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| std::fs::read_to_string(table).ok())
        .flat_map(|table| table.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = fields.get(3) == Some(&"0A");
            fields.get(1).filter(|address| listens && address.ends_with(&suffix)).map(ToString::to_string)
        })
        .collect()
}

#[test]
fn a_server_listens_on_loopback_only() {
    let (_bench, running) = Bench::shared();
    assert_eq!(listening_on(running.port), [format!("0100007F:{:04X}", running.port)]);
}

#[test]
fn a_server_that_is_told_to_listen_everywhere_does_not() {
    let bench = Bench::new();
    let running = bench.start();
    query(&running, "alter system set listen_addresses = '*'");
    bench.server().stop().unwrap();
    let settings = bench.cluster().join("postgresql.conf");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{text}\nlisten_addresses = '*'\nport = 29998\n")).unwrap();
    let running = bench.start();
    assert_eq!(listening_on(running.port), [format!("0100007F:{:04X}", running.port)]);
    assert_eq!(query(&running, "show listen_addresses"), "127.0.0.1");
    assert!(!processes_in(&bench.cluster()).is_empty());
}
