//! The checks that are about the session itself: whether it comes about, how quick it is, who is between, and whose clock is right.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crosstrack_database::{Database, QueryError, Reader};

use crate::diagnosis::Judgement;
use crate::platform::Platform;

/// From when on a round trip is slow: a run makes a few for each step.
const SLOW: Duration = Duration::from_millis(200);

/// How far two clocks may be apart, in seconds.
const SKEW: f64 = 5.0;

/// How quick an answer is, and how far the clocks are apart.
pub(crate) struct Pulse {
    /// The median of three round trips.
    round_trip: Duration,
    /// By how many seconds the server's clock is ahead, and how exact that is.
    ahead: f64,
}

impl Pulse {
    pub(crate) async fn take(reader: &mut Reader) -> Result<Self, QueryError> {
        let snapshot = reader.snapshot();
        snapshot.rows("answer", "SELECT 1").await?;
        let (mut trips, mut ahead) = (Vec::new(), 0.0);
        for _ in 0..3 {
            let (asked, began) = (now(), Instant::now());
            let rows =
                snapshot.rows("say the time", "SELECT extract(epoch FROM clock_timestamp()) AS now").await?;
            let trip = began.elapsed();
            let theirs: f64 = rows.first().map_or(Ok(asked), |row| row.number("now"))?;
            ahead = theirs - asked - trip.as_secs_f64() / 2.0;
            trips.push(trip);
        }
        snapshot.end().await?;
        trips.sort();
        Ok(Self { round_trip: trips[1], ahead })
    }

    pub(crate) fn judge_round_trip(&self) -> Judgement {
        let says = format!("{} (the median of three)", shown(self.round_trip));
        if self.round_trip > SLOW {
            return Judgement::warning(format!("{says}: each step of a run makes a few"))
                .remedy("run crosstrack nearer to the server: in its region, its network, its cluster");
        }
        Judgement::ok(says)
    }

    pub(crate) fn judge_clock(&self, platform: Platform) -> Judgement {
        let apart = self.ahead.abs();
        if apart > SKEW {
            let side = if self.ahead > 0.0 { "ahead of" } else { "behind" };
            return Judgement::warning(format!("the server's is {apart:.0} s {side} the one here"))
                .remedy(format!("set the wrong one right: {}", platform.set_clock()));
        }
        Judgement::ok(format!("the server's and the one here are less than {SKEW} s apart"))
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// What it means that a session came about.
pub(crate) fn judge_server(database: &Database, elapsed: Duration) -> Judgement {
    Judgement::ok(format!(
        "{} lets {} into the database {}, in {}",
        database.endpoint(),
        database.target().user,
        database.target().database,
        shown(elapsed)
    ))
}

/// Whether a pooler is between.
pub(crate) async fn pooler(reader: &Reader) -> Result<Judgement, QueryError> {
    Ok(if reader.is_behind_pooler().await? {
        Judgement::ok(
            "one is between: a run needs three connections of it, four with tracks of two ORMs, and scripts that need a session of \
             their own need the server itself",
        )
    } else {
        Judgement::ok("none is between")
    })
}

fn shown(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds == 0 { "<1 ms".to_owned() } else { format!("{milliseconds} ms") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Pulse;
    use crate::{Platform, Verdict};

    fn pulse(milliseconds: u64, ahead: f64) -> Pulse {
        Pulse { round_trip: Duration::from_millis(milliseconds), ahead }
    }

    #[test]
    fn a_slow_answer_and_a_clock_that_is_wrong_are_worth_a_warning() {
        assert_eq!(pulse(3, 0.0).judge_round_trip().verdict, Verdict::Ok);
        assert_eq!(pulse(300, 0.0).judge_round_trip().verdict, Verdict::Warning);
        let clock = |ahead| pulse(3, ahead).judge_clock(Platform::here());
        assert_eq!(clock(-4.9).verdict, Verdict::Ok);
        assert_eq!(clock(61.2).says, "the server's is 61 s ahead of the one here");
        assert_eq!(clock(-61.2).says, "the server's is 61 s behind the one here");
        assert_eq!(clock(61.2).verdict, Verdict::Warning);
    }
}
