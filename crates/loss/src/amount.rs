//! How much is lost, in the words in which it is said.
//!
//! Must not count: it is told.

use std::fmt;

use crate::loss::Loss;

/// How much there is of something that is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So much, counted.
    Exactly(u64),
    /// Counting takes too long: by the server's last estimate, so many rows of its table.
    About(u64),
    /// Where a sequence stands; `None` when nobody has taken a value.
    At(Option<i64>),
    /// It cannot be said, for a reason.
    Unknown {
        /// Why.
        reason: String,
    },
    /// Some values have no like in the new type, so that the change would be refused.
    Unfit {
        /// What the server says.
        message: String,
    },
    /// It is not there, so that nothing is lost.
    Absent,
}

/// Something that is lost, and how much of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedLoss {
    /// What.
    pub loss: Loss,
    /// How much.
    pub amount: Amount,
}

impl CountedLoss {
    /// How much a person should mind it: what nobody could count most, and then what there is most of.
    pub fn weight(&self) -> u64 {
        match self.amount {
            Amount::Exactly(number) | Amount::About(number) => number,
            Amount::At(Some(_)) => 1,
            Amount::Unknown { .. } | Amount::Unfit { .. } => u64::MAX,
            Amount::At(None) | Amount::Absent => 0,
        }
    }

    /// Whether it is known that no data goes: the table is empty, no value changes.
    pub fn is_nothing(&self) -> bool {
        matches!(self.amount, Amount::Exactly(0) | Amount::At(None) | Amount::Absent)
    }
}

impl fmt::Display for CountedLoss {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = match &self.loss {
            Loss::Table { .. } | Loss::MaterializedView { .. } | Loss::EnumValue { .. } => "row",
            Loss::Sequence { .. } | Loss::Column { .. } | Loss::Narrowing { .. } | Loss::Extension { .. } => {
                "value"
            }
        };
        let changes = if matches!(self.loss, Loss::Narrowing { .. }) { " not the same again" } else { "" };
        write!(formatter, "{}: ", self.loss)?;
        match &self.amount {
            Amount::Exactly(number) => write!(formatter, "{}{changes}", counted(*number, noun)),
            // The estimate is of the table, for nobody keeps one of values.
            Amount::About(number) => write!(formatter, "about {}", counted(*number, "row")),
            Amount::At(Some(value)) => write!(formatter, "it stands at {value}"),
            Amount::At(None) => formatter.write_str("no value was taken"),
            Amount::Unknown { reason } => write!(formatter, "not counted: {reason}"),
            Amount::Unfit { message } => write!(formatter, "some values do not fit: {message}"),
            Amount::Absent => formatter.write_str("it is not there"),
        }
    }
}

/// A number with its noun, the thousands apart: `1,204 rows`.
pub fn counted(number: u64, noun: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let plural = if number == 1 { "" } else { "s" };
    format!("{text} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::{Amount, CountedLoss, counted};
    use crate::loss::Loss;

    #[test]
    fn numbers_are_read_at_a_glance() {
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(999, "row"), "999 rows");
        assert_eq!(counted(1204, "row"), "1,204 rows");
        assert_eq!(counted(1_234_567, "value"), "1,234,567 values");
    }

    #[test]
    fn a_loss_is_a_sentence() {
        let table = Loss::Table { table: "public.herbs".into() };
        let said = |amount| CountedLoss { loss: table.clone(), amount }.to_string();
        assert_eq!(said(Amount::Exactly(1204)), "drops table public.herbs: 1,204 rows");
        assert_eq!(said(Amount::About(2_000_000)), "drops table public.herbs: about 2,000,000 rows");
        let reason = "permission denied".into();
        assert_eq!(
            said(Amount::Unknown { reason }),
            "drops table public.herbs: not counted: permission denied"
        );
    }
}
