//! The rows of a database and its sequences at one moment, and what a later moment shows of them.

use crosstrack_database::{QueryError, Session};
use crosstrack_loss::Loss;

use crate::rows::change::unannounced;
use crate::rows::compare::compare;
use crate::rows::picture::{Picture, picture};
use crate::rows::scope::Tables;
use crate::rows::sequence::{StuckSequence, stuck_sequences};

/// The rows of a database and its sequences at one moment.
#[derive(Debug)]
pub struct Witness {
    picture: Picture,
    stuck: Vec<StuckSequence>,
}

impl Witness {
    /// Reads them.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn read(session: &Session, tables: &Tables) -> Result<Self, QueryError> {
        let picture = picture(session, tables).await?;
        let stuck = stuck_sequences(session, tables).await?;
        Ok(Self { picture, stuck })
    }

    /// The values that changed until a later moment without a loss that announces it, and the sequences that fell behind their rows; a
    /// sentence each.
    pub fn harm(&self, later: &Self, losses: &[Loss]) -> Vec<String> {
        let changes = unannounced(compare(&self.picture, &later.picture), losses);
        let was_stuck = |stuck: &StuckSequence| {
            let is_same =
                |former: &StuckSequence| former.table == stuck.table && former.column == stuck.column;
            self.stuck.iter().any(is_same)
        };
        let stuck = later.stuck.iter().filter(|stuck| !was_stuck(stuck));
        changes.iter().map(ToString::to_string).chain(stuck.map(ToString::to_string)).collect()
    }
}

/// Whether an error says that rows do not fit a statement: `data_exception`, `integrity_constraint_violation` and `raise_exception`.
pub fn refuses_rows(code: &str) -> bool {
    code.starts_with("22") || code.starts_with("23") || code == "P0001"
}
