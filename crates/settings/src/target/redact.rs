//! What may be shown of a database's description.
//!
//! It must not show a password, not even when it stands where it should not.

use std::fmt::Write;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Host, Target};

/// What RFC 3986 calls unreserved stays as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same, for a folder in a parameter.
const IN_PARAMETER: &AsciiSet = &RESERVED.remove(b'/');

/// `postgresql://user@host:port/database`.
pub(super) fn target(target: &Target) -> String {
    let user = utf8_percent_encode(&target.user, RESERVED);
    let database = utf8_percent_encode(&target.database, RESERVED);
    match target.hosts.as_slice() {
        [Host::Socket { directory, port }] => {
            let directory = directory.to_string_lossy();
            let directory = utf8_percent_encode(&directory, IN_PARAMETER);
            format!("postgresql://{user}@/{database}?host={directory}&port={port}")
        }
        hosts => {
            let hosts: Vec<String> = hosts.iter().map(host).collect();
            format!("postgresql://{user}@{}/{database}", hosts.join(","))
        }
    }
}

fn host(host: &Host) -> String {
    match host {
        Host::Tcp { name, port, .. } if name.contains(':') => format!("[{name}]:{port}"),
        Host::Tcp { name, port, .. } => format!("{}:{port}", utf8_percent_encode(name, RESERVED)),
        Host::Socket { directory, port } => {
            format!("{}:{port}", utf8_percent_encode(&directory.to_string_lossy(), RESERVED))
        }
    }
}

/// What may be shown of a URL that could not be read, from what follows its scheme.
///
/// Nobody knows where the password of a broken URL ends, so everything up to the last `@` is hidden, and without one
/// everything behind the first `:`. Parameters are hidden too.
pub(super) fn broken_url(rest: &str) -> String {
    let mut shown = String::from("postgresql://");
    let end = match rest.rfind('@') {
        Some(at) => {
            shown.push_str("***@");
            &rest[at + 1..]
        }
        None => rest,
    };
    let visible = end.split(['?', '#', ':']).next().unwrap_or_default();
    let hidden = if visible.len() < end.len() { "***" } else { "" };
    let separator = end[visible.len()..].chars().next().map(String::from).unwrap_or_default();
    // Writing to a String does not fail.
    let _ = write!(shown, "{visible}{separator}{hidden}");
    shown
}
