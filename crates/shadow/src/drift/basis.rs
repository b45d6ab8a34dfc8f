//! What a comparison stands on: which migrations the ledgers say are applied, and what of them can be replayed.
//!
//! Must not look at a catalog.

use crosstrack_model::{Direction, Migration, Standing, TrackState};

/// What a comparison stands on. Migrations are named `track/label`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// How many migrations are applied and on disk.
    pub replayed: usize,
    /// Those that are applied and whose files are not there, although they should be: what they made is not in the replay.
    pub missing: Vec<String>,
    /// Those whose files are no longer what was run: the replay runs them as they are now.
    pub edited: Vec<String>,
    /// Those that are applied in part: scripts that run statement by statement and stopped, or that the ledger calls failed.
    pub in_part: Vec<String>,
    /// How many are on disk and not applied, and so are left out.
    pub pending: usize,
}

impl Basis {
    pub(crate) fn of(states: &[TrackState]) -> Self {
        let mut basis = Self::default();
        for state in states {
            let named = |label: &str| format!("{}/{label}", state.track);
            for line in &state.lines {
                let entry = state.ledger.entry(&line.version);
                let stopped = state.unfinished(&line.version);
                if entry.is_some_and(|entry| entry.failed)
                    || stopped.is_some_and(|one| one.direction == Direction::Down || one.statements_done > 0)
                {
                    basis.in_part.push(named(&line.label));
                } else if line.standing == Standing::Missing {
                    basis.missing.push(named(&line.label));
                } else if line.standing == Standing::Edited {
                    basis.edited.push(named(&line.label));
                } else if line.standing.is_pending() {
                    basis.pending += 1;
                }
            }
            basis.replayed += applied(state).count();
        }
        basis
    }
}

/// The migrations of a track that are applied and on disk, in its own order.
pub(crate) fn applied(state: &TrackState) -> impl Iterator<Item = &Migration> {
    let is_applied = |migration: &&Migration| is_applied(state, migration);
    state.migrations.iter().map(|migration| &**migration).filter(is_applied)
}

fn is_applied(state: &TrackState, migration: &Migration) -> bool {
    state.ledger.entry(&migration.version).is_some_and(|entry| !entry.failed)
}
