//! Choosing a free loopback port.
//!
//! Must not choose from the ports that systems give to outgoing connections (32768 and up): one of those would
//! often be taken at the next start, and the URL would change.

use std::net::{Ipv4Addr, TcpListener};

const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// The ports to try, best first: the recorded one, then all others from a place that the folder's fingerprint
/// decides, so that two projects seldom meet and a destroyed server comes back at the same address.
pub(crate) fn candidates(recorded: Option<u16>, fingerprint: &str) -> impl Iterator<Item = u16> + use<> {
    let digits = fingerprint.get(..4).unwrap_or_default();
    let start = u16::from_str_radix(digits, 16).unwrap_or_default() % COUNT;
    let derived = (0..COUNT).map(move |step| FIRST + (start + step) % COUNT);
    recorded.into_iter().chain(derived)
}

/// Whether nobody listens on this port of 127.0.0.1 now.
pub(crate) fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_port_is_tried_first() {
        assert_eq!(candidates(Some(5433), "ffff").next(), Some(5433));
    }

    #[test]
    fn every_port_of_the_range_is_tried_once() {
        let mut ports: Vec<u16> = candidates(None, "abcd1234").collect();
        assert_eq!(ports.first(), candidates(None, "abcd9999").next().as_ref());
        ports.sort_unstable();
        ports.dedup();
        assert_eq!((ports.len(), ports[0], ports[9_999]), (10_000, 20_000, 29_999));
    }

    #[test]
    fn a_port_that_somebody_listens_on_is_not_free() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        assert!(!is_free(listener.local_addr().unwrap().port()));
    }
}
