//! A proxy on loopback that counts how often a client waits for the server.
//!
//! Must not change a byte.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::rounds::Counts;

/// A proxy that runs until it is asked what it saw.
pub(super) struct Proxy {
    /// The port to connect to.
    pub(super) port: u16,
    counts: Arc<Mutex<Counts>>,
}

impl Proxy {
    /// Stands before a server's port.
    pub(super) fn before(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let own = listener.local_addr()?.port();
        let counts = Arc::new(Mutex::new(Counts::default()));
        let seen = Arc::clone(&counts);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let counts = Arc::clone(&seen);
                thread::spawn(move || drop(pass(client, server, &counts)));
            }
        });
        Ok(Self { port: own, counts })
    }

    /// What it saw so far.
    pub(super) fn counts(&self) -> Counts {
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whose turn it was last on a connection.
#[derive(Default)]
struct Turns {
    signed_in: bool,
    client_spoke: bool,
}

/// A message of this type and length ends the sign-in: `ReadyForQuery`.
const READY: &[u8] = &[b'Z', 0, 0, 0, 5];

fn pass(client: TcpStream, server: TcpStream, counts: &Arc<Mutex<Counts>>) -> io::Result<()> {
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let turns = Arc::new(Mutex::new(Turns::default()));
    let (from_client, to_server) = (client.try_clone()?, server.try_clone()?);
    let spoken = Arc::clone(&turns);
    let forth = thread::spawn(move || {
        copy(from_client, to_server, |_| {
            spoken.lock().unwrap_or_else(PoisonError::into_inner).client_spoke = true;
        })
    });
    copy(server, client, |bytes| answered(bytes, &turns, counts))?;
    drop(forth.join());
    Ok(())
}

fn answered(bytes: &[u8], turns: &Mutex<Turns>, counts: &Mutex<Counts>) {
    let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    if !turns.signed_in {
        turns.signed_in = bytes.windows(READY.len()).any(|window| window == READY);
        counts.connections += u64::from(turns.signed_in);
    } else if turns.client_spoke {
        counts.round_trips += 1;
    }
    turns.client_spoke = false;
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut saw: impl FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        let length = from.read(&mut buffer)?;
        if length == 0 {
            return to.shutdown(std::net::Shutdown::Write);
        }
        saw(&buffer[..length]);
        to.write_all(&buffer[..length])?;
    }
}
