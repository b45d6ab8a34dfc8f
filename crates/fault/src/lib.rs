//! Named places where a run can be broken off: every boundary at which a crash could lose something.
//!
//! Tests kill the program there, or hold it while they kill the server or cut the connection. In the program that people use the
//! feature `inject` is off, and a fault point is nothing at all. Must not decide anything: what a crash leaves behind is the
//! next run's to find out.

#[cfg(feature = "inject")]
mod inject;

/// A boundary of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// The run's lock is about to be taken.
    BeforeLock,
    /// The run's lock is held, and nothing is written yet.
    AfterLock,
    /// The journal knows of the run.
    AfterRunBegan,
    /// A step is about to be announced in the journal.
    BeforeIntent,
    /// A step is announced.
    AfterIntent,
    /// The transaction of a step is open, and its script has not begun.
    BeforeScript,
    /// The script has ended, and the ledger row is not written. In sqlx's own code there is no place between the two.
    AfterScript,
    /// The ledger row is written, and nothing is committed.
    BeforeCommit,
    /// Script and ledger row are committed, and the journal does not know.
    AfterCommit,
    /// A statement of a script that is not transactional is about to run.
    BeforeStatement,
    /// It has run, and the journal has not counted it.
    AfterStatement,
    /// It has run and is counted.
    AfterCount,
    /// All statements are done and counted, and the ledger row is not written.
    BeforeLedgerRow,
    /// The ledger row of a script that is not transactional is written.
    AfterLedgerRow,
    /// The outcome of a step is about to be written into the journal.
    BeforeOutcome,
    /// The outcome is written.
    AfterOutcome,
    /// The run is over, and its end is not written.
    BeforeRunEnds,
    /// The end of the run is written, and the lock is still held.
    AfterRunEnded,
    /// The lock is given back.
    AfterRelease,
    /// A copy is about to take the place of the database.
    BeforeExchange,
    /// It has its place, and the former database is still there.
    AfterExchange,
}

impl Point {
    /// Every point, in the order of a run.
    pub const ALL: [Self; 21] = [
        Self::BeforeLock,
        Self::AfterLock,
        Self::AfterRunBegan,
        Self::BeforeIntent,
        Self::AfterIntent,
        Self::BeforeScript,
        Self::AfterScript,
        Self::BeforeCommit,
        Self::AfterCommit,
        Self::BeforeStatement,
        Self::AfterStatement,
        Self::AfterCount,
        Self::BeforeLedgerRow,
        Self::AfterLedgerRow,
        Self::BeforeOutcome,
        Self::AfterOutcome,
        Self::BeforeRunEnds,
        Self::AfterRunEnded,
        Self::AfterRelease,
        Self::BeforeExchange,
        Self::AfterExchange,
    ];

    /// The name, as the variable [`VARIABLE`] has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeLock => "before-lock",
            Self::AfterLock => "after-lock",
            Self::AfterRunBegan => "after-run-began",
            Self::BeforeIntent => "before-intent",
            Self::AfterIntent => "after-intent",
            Self::BeforeScript => "before-script",
            Self::AfterScript => "after-script",
            Self::BeforeCommit => "before-commit",
            Self::AfterCommit => "after-commit",
            Self::BeforeStatement => "before-statement",
            Self::AfterStatement => "after-statement",
            Self::AfterCount => "after-count",
            Self::BeforeLedgerRow => "before-ledger-row",
            Self::AfterLedgerRow => "after-ledger-row",
            Self::BeforeOutcome => "before-outcome",
            Self::AfterOutcome => "after-outcome",
            Self::BeforeRunEnds => "before-run-ends",
            Self::AfterRunEnded => "after-run-ended",
            Self::AfterRelease => "after-release",
            Self::BeforeExchange => "before-exchange",
            Self::AfterExchange => "after-exchange",
        }
    }
}

/// The variable that says what happens where: `<point> <how often it is passed first> kill`, or in the place of `kill` the path
/// of a named pipe: the program stops there until somebody opens the pipe for writing and closes it again.
pub const VARIABLE: &str = "CROSSTRACK_FAULT";

/// Passes a point. Without the feature `inject` nothing happens.
#[inline]
pub fn reach(point: Point) {
    #[cfg(feature = "inject")]
    inject::reach(point);
    #[cfg(not(feature = "inject"))]
    let _ = point;
}

/// While it lives, points are passed as if they were none: what is done is done on a shadow database, where no data can be lost.
#[derive(Debug)]
#[must_use = "points count again as soon as it is dropped"]
pub struct Aside(());

/// Steps aside from the run until the value is dropped.
pub fn aside() -> Aside {
    #[cfg(feature = "inject")]
    inject::step_aside();
    Aside(())
}

impl Drop for Aside {
    fn drop(&mut self) {
        #[cfg(feature = "inject")]
        inject::come_back();
    }
}

#[cfg(test)]
mod tests {
    use super::Point;

    #[test]
    fn every_point_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<&str> = Point::ALL.iter().map(|point| point.as_str()).collect();
        assert_eq!(names.len(), Point::ALL.len());
    }
}
