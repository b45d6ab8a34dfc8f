//! A cable between program and server that can be cut: a proxy on loopback.
//!
//! Must not change a byte.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A proxy before a port of this machine. What was connected when it ends stays connected.
#[derive(Debug)]
pub struct Cable {
    port: u16,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    /// Stands before a server's port.
    pub fn before(port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port of loopback is free");
        let own = listener.local_addr().expect("a listener has an address").port();
        let connections = Arc::<Mutex<Vec<TcpStream>>>::default();
        let kept = Arc::clone(&connections);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A server that is gone takes nobody; the client sees it by its closed connection.
                drop(connect(client, port, &kept));
            }
        });
        Self { port: own, connections }
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts every connection. New ones are made as before.
    pub fn cut(&self) {
        for stream in self.connections.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // One that has ended by itself cannot be cut.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn connect(client: TcpStream, port: u16, kept: &Mutex<Vec<TcpStream>>) -> io::Result<()> {
    let server = TcpStream::connect(("127.0.0.1", port))?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let ends = [client.try_clone()?, server.try_clone()?];
    kept.lock().unwrap_or_else(PoisonError::into_inner).extend(ends);
    pass(client.try_clone()?, server.try_clone()?);
    pass(server, client);
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        // However it ends, the other side is to see it.
        drop(io::copy(&mut from, &mut to));
        drop(to.shutdown(Shutdown::Write));
    });
}
