//! What is lost, as JSON.

use crosstrack_loss::{Amount, CountedLoss};
use serde::Serialize;

/// A loss and how much of it there is.
#[derive(Serialize)]
pub(crate) struct LossEntry {
    kind: &'static str,
    object: String,
    amount: Option<u64>,
    estimated: bool,
    message: String,
}

/// The losses as they are counted, those that are none among them.
pub(crate) fn loss_entries(counted: &[CountedLoss]) -> Vec<LossEntry> {
    counted.iter().map(loss_entry).collect()
}

fn loss_entry(counted: &CountedLoss) -> LossEntry {
    let (kind, object) = counted.loss.kind_and_object();
    let amount = match counted.amount {
        Amount::Exactly(number) | Amount::About(number) => Some(number),
        Amount::Absent => Some(0),
        Amount::At(_) | Amount::Unknown { .. } | Amount::Unfit { .. } => None,
    };
    LossEntry {
        kind,
        object,
        amount,
        estimated: matches!(counted.amount, Amount::About(_)),
        message: counted.to_string(),
    }
}
