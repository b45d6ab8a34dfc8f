//! Where the server may be, from libpq's `host`, `hostaddr` and `port`.
//!
//! It must not look a name up: that is the connection's part.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::parameters::Parameters;
use super::{Host, SOCKET_FOLDERS, TargetError};

const PORT: u16 = 5432;

/// The hosts in the order of trying.
pub(super) fn read(parameters: &Parameters) -> Result<Vec<Host>, TargetError> {
    let names = items(parameters.get("host"));
    let addresses = items(parameters.get("hostaddr"));
    let ports = items(parameters.get("port"));
    let count = if addresses.is_empty() { names.len().max(1) } else { addresses.len() };
    if !names.is_empty() && names.len() != count {
        return Err(TargetError::Count { hosts: names.len(), parameter: "hostaddr", others: count });
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(TargetError::Count { hosts: count, parameter: "port", others: ports.len() });
    }
    (0..count)
        .map(|index| {
            let port_text = if ports.len() == 1 { ports[0] } else { item(&ports, index) };
            host(item(&names, index), item(&addresses, index), port(port_text)?)
        })
        .collect()
}

fn items(list: Option<&str>) -> Vec<&str> {
    list.map(|list| list.split(',').collect()).unwrap_or_default()
}

fn item<'a>(items: &[&'a str], index: usize) -> &'a str {
    items.get(index).copied().unwrap_or_default()
}

fn port(text: &str) -> Result<u16, TargetError> {
    match text.trim() {
        "" => Ok(PORT),
        text => match text.parse() {
            Ok(0) | Err(_) => {
                Err(TargetError::Value { parameter: "port", expected: "a number from 1 to 65535" })
            }
            Ok(port) => Ok(port),
        },
    }
}

fn host(name: &str, address: &str, port: u16) -> Result<Host, TargetError> {
    if !address.is_empty() {
        let expected = "a numeric address";
        let parsed = address.parse().map_err(|_| TargetError::Value { parameter: "hostaddr", expected })?;
        let name = if name.is_empty() { address } else { name };
        return Ok(Host::Tcp { name: name.to_owned(), address: Some(parsed), port });
    }
    if name.is_empty() {
        return Ok(default(port));
    }
    if name.starts_with('/') {
        return Ok(Host::Socket { directory: PathBuf::from(name), port });
    }
    if name.contains(|c: char| c.is_whitespace() || c.is_control() || "@/?#".contains(c)) {
        let expected = "a host's name, an address, or an absolute folder of sockets";
        return Err(TargetError::Value { parameter: "host", expected });
    }
    Ok(Host::Tcp { name: name.to_owned(), address: name.parse::<IpAddr>().ok(), port })
}

/// The usual folder in which there is a socket for this port; else the first of them that is there.
///
/// libpq has one folder built in, and which one depends on who built it.
#[cfg(unix)]
fn default(port: u16) -> Host {
    let has_socket = |folder: &str| Path::new(folder).join(format!(".s.PGSQL.{port}")).exists();
    let folder = SOCKET_FOLDERS
        .iter()
        .find(|folder| has_socket(folder))
        .or_else(|| SOCKET_FOLDERS.iter().find(|folder| Path::new(folder).is_dir()))
        .unwrap_or(&SOCKET_FOLDERS[0]);
    Host::Socket { directory: PathBuf::from(folder), port }
}

#[cfg(not(unix))]
fn default(port: u16) -> Host {
    Host::Tcp { name: "localhost".to_owned(), address: None, port }
}
