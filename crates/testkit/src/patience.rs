//! Waiting for something that happens in another session, bounded.

use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(5);

/// As [`until`], for tests that are not asynchronous.
#[track_caller]
pub fn wait_until(what: &str, mut happens: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !happens() {
        assert!(Instant::now() < deadline, "it did not happen that {what}");
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// Looks until it happens, and panics with `what` when it does not within 20 seconds. Asynchronous tests await it, so that
/// what they have spawned goes on.
#[track_caller]
pub fn until(what: &str, mut happens: impl FnMut() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let deadline = Instant::now() + LIMIT;
        while !happens() {
            assert!(Instant::now() < deadline, "{caller}: it did not happen that {what}");
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
    }
}
