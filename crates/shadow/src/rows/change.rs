//! A change of rows that were there before, and the losses that announce one.
//!
//! Must not compare rows.
use std::fmt;

use crosstrack_database::quote_literal;
use crosstrack_loss::Loss;

/// The longest value in a sentence.
const SHOWN: usize = 60;

/// Something that became of rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowChange {
    /// Rows are gone.
    RowsGone {
        /// The table's former name, as SQL text.
        table: String,
        /// The number of rows.
        rows: usize,
        /// The values of the first, by column.
        example: String,
    },
    /// Rows have another value in a column.
    ValueChanged {
        /// The table's former name, as SQL text.
        table: String,
        /// The column's former name, as SQL text.
        column: String,
        /// The former type and the new one.
        types: [String; 2],
        /// The former values and the new ones, one pair for each row.
        values: Vec<[Option<String>; 2]>,
    },
    /// A sequence that serves no column will give values again.
    SequenceMovedBack {
        /// Its former name, as SQL text.
        sequence: String,
        /// The next value before and after.
        next: [i128; 2],
    },
}

impl RowChange {
    /// A loss says that these values may go.
    fn is_announced_by(&self, loss: &Loss) -> bool {
        match (self, loss) {
            (
                Self::ValueChanged { table, column, .. },
                Loss::Narrowing { table: of, column: narrowed, .. },
            ) => table == of && column == narrowed,
            (Self::ValueChanged { types, values, .. }, Loss::EnumValue { enum_type, value }) => {
                let is_gone =
                    |from: &Option<String>| from.as_ref().is_some_and(|from| quote_literal(from) == *value);
                types[0] == *enum_type && values.iter().all(|[from, _]| is_gone(from))
            }
            (Self::SequenceMovedBack { sequence, .. }, Loss::Sequence { sequence: dropped }) => {
                sequence == dropped
            }
            (Self::RowsGone { table, .. }, Loss::Table { table: dropped }) => table == dropped,
            (
                Self::ValueChanged { table, column, .. },
                Loss::Column { table: of, column: dropped, of_table: true },
            ) => table == of && column == dropped,
            _ => false,
        }
    }
}

/// The changes that no loss announces.
pub fn unannounced(changes: Vec<RowChange>, losses: &[Loss]) -> Vec<RowChange> {
    changes.into_iter().filter(|change| !losses.iter().any(|loss| change.is_announced_by(loss))).collect()
}

impl fmt::Display for RowChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RowsGone { table, rows, example } => {
                let (noun, are) = if *rows == 1 { ("row", "is") } else { ("rows", "are") };
                write!(formatter, "{rows} {noun} of {table} {are} gone: ({})", shortened(example))
            }
            Self::ValueChanged { table, column, types, values } => {
                let noun = if values.len() == 1 { "value" } else { "values" };
                write!(formatter, "{} {noun} of {table}.{column} changed", values.len())?;
                if types[0] != types[1] {
                    write!(formatter, " from {} to {}", types[0], types[1])?;
                }
                let [from, to] = values
                    .first()
                    .map(|pair| pair.each_ref().map(|value| shown(value.as_ref())))
                    .unwrap_or_default();
                write!(formatter, ": {from} became {to}")
            }
            Self::SequenceMovedBack { sequence, next } => {
                write!(formatter, "the next value of sequence {sequence} was {} and is {}", next[0], next[1])
            }
        }
    }
}

fn shown(value: Option<&String>) -> String {
    value.map_or("NULL".to_owned(), |value| quote_literal(&shortened(value)))
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    text.chars().take(SHOWN).chain("...".chars()).collect()
}
