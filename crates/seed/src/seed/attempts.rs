//! A bounded number of attempts, with pauses that grow.
//!
//! Must not judge what may pass: the error knows.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

use crate::error::SeedError;

/// How often a transaction is tried.
pub(super) const LIMIT: usize = 5;
/// The first pause; each is up to twice as long as the one before, and longer by up to itself at random.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The attempts of one transaction.
pub(super) struct Attempts {
    /// How many have failed.
    pub(super) failed: usize,
    pauses: ExponentialBackoff,
}

impl Attempts {
    pub(super) fn new() -> Self {
        let pauses =
            ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_times(LIMIT - 1).with_jitter();
        Self { failed: 0, pauses: pauses.build() }
    }

    /// Counts a failed attempt; gives the pause before the next one when there may be one.
    pub(super) fn pause_after(&mut self, error: &SeedError) -> Option<Duration> {
        self.failed += 1;
        if error.may_pass() { self.pauses.next() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::{Attempts, FIRST_PAUSE, LIMIT};
    use crate::error::SeedError;
    use crosstrack_database::{QueryError, ServerError};

    fn refused(code: &str) -> SeedError {
        let server = ServerError { code: code.into(), ..ServerError::default() };
        let source = QueryError::Refused { purpose: "write the rows".into(), source: Box::new(server) };
        SeedError::Query { file: "010_users.csv".into(), source }
    }

    #[test]
    fn what_may_pass_is_tried_five_times_with_pauses_that_grow() {
        let mut attempts = Attempts::new();
        let pauses: Vec<_> = (0..LIMIT).map(|_| attempts.pause_after(&refused("40001"))).collect();
        assert!(pauses[..4].iter().all(Option::is_some) && pauses[4].is_none(), "{pauses:?}");
        assert!(pauses[3] >= Some(FIRST_PAUSE * 8), "{pauses:?}");
    }

    #[test]
    fn what_never_passes_is_tried_once() {
        assert!(Attempts::new().pause_after(&refused("40P01")).is_some());
        assert!(Attempts::new().pause_after(&refused("57P01")).is_some());
        assert!(Attempts::new().pause_after(&refused("23505")).is_none());
        assert!(Attempts::new().pause_after(&refused("57014")).is_none());
    }
}
