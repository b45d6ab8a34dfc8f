//! What did not get its locks is tried again: a bounded number of times, with pauses that grow, and only what can be repeated
//! whole.
//!
//! Must not judge whether something can be repeated: whoever runs it knows.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use crosstrack_track::StepError;

/// The first pause; each is up to twice as long as the one before, and longer by up to itself at random.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause, before what chance adds.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The attempts of a step or a statement.
pub(super) struct Attempts {
    /// How many there may be.
    pub(super) limit: usize,
    /// How many have failed.
    pub(super) failed: usize,
    pauses: ExponentialBackoff,
}

impl Attempts {
    pub(super) fn new(limit: usize) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(FIRST_PAUSE)
            .with_max_delay(LONGEST_PAUSE)
            .without_max_times()
            .with_jitter();
        Self { limit, failed: 0, pauses: pauses.build() }
    }

    /// Counts a failed attempt; gives the pause before the next one when there may be one.
    pub(super) fn pause_after(&mut self, error: &StepError) -> Option<Duration> {
        self.failed += 1;
        let may_repeat = self.failed < self.limit && is_about_locks(error);
        may_repeat.then(|| self.pauses.next().unwrap_or(LONGEST_PAUSE))
    }
}

/// `lock_not_available` and `deadlock_detected`: what would have succeeded a moment earlier or later.
pub(super) fn is_about_locks(error: &StepError) -> bool {
    error.server_error().is_some_and(|server| matches!(server.code.as_str(), "55P03" | "40P01"))
}

#[cfg(test)]
mod tests {
    use super::Attempts;
    use crosstrack_database::ServerError;
    use crosstrack_track::{Part, StepError};

    fn refused(code: &str) -> StepError {
        let source = ServerError { code: code.into(), ..ServerError::default() };
        StepError::from_server(Part::Script, source)
    }

    #[test]
    fn attempts_end_at_their_limit_and_pauses_grow() {
        let mut attempts = Attempts::new(4);
        let pauses: Vec<_> = (0..4).map(|_| attempts.pause_after(&refused("55P03"))).collect();
        assert!(pauses[..3].iter().all(Option::is_some) && pauses[3].is_none(), "{pauses:?}");
        assert!(pauses[2] >= Some(super::FIRST_PAUSE * 4), "{pauses:?}");
        assert_eq!(attempts.failed, 4);
    }

    #[test]
    fn only_what_is_about_locks_is_tried_again() {
        assert!(Attempts::new(2).pause_after(&refused("40P01")).is_some());
        assert!(Attempts::new(2).pause_after(&refused("42P01")).is_none());
        assert!(Attempts::new(2).pause_after(&refused("57014")).is_none());
        assert!(Attempts::new(1).pause_after(&refused("55P03")).is_none());
    }
}
