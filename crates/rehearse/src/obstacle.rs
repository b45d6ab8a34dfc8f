//! What the data as it is now could contradict: questions from what a statement did on the copy, and their answers where the data is.
//!
//! Must not call something an obstacle that the plan itself may clear away before: then it says so. What cannot be asked in a short
//! time is not asked.

use std::collections::BTreeSet;
use std::time::Duration;

use crosstrack_database::{QueryError, Snapshot};

use crate::measured::Before;
use crate::observe::{Demand, Relation, Rule, Seen};
use crate::rehearsal::Obstacle;

/// The tables that the plan has written.
pub(crate) type Written = BTreeSet<String>;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// `query_canceled` and `lock_not_available`.
const TOO_LONG: [&str; 2] = ["57014", "55P03"];
/// The most rows that are counted.
const ROWS_COUNTED: u64 = 1000;

/// A question about the rows that are there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Question {
    /// The migration and the line.
    place: (String, usize),
    /// A query for the rows that are in the way.
    rows: String,
    /// What is wrong when there are some, before their number.
    message: String,
    /// What such a row is.
    noun: &'static str,
    /// Whether nothing in the plan writes the table before.
    is_certain: bool,
}

impl Question {
    /// The same of a statement of this migration, on this line.
    pub(crate) fn at(self, place: (String, usize)) -> Self {
        Self { place, ..self }
    }
}

/// What is to be asked because of a statement.
pub(crate) fn questions(before: &Seen, (first, second): (&Seen, &Seen), written: &Written) -> Vec<Question> {
    let asking = Asking { before, written };
    let columns = second.columns.iter().filter(|(key, column)| {
        let is_news = first.columns.get(key).is_none_or(|former| !former.not_null);
        column.not_null && is_news
    });
    let about_columns = columns.filter_map(|(key, column)| {
        let is_added_here = !first.columns.contains_key(key);
        asking.about_nulls(*key, (&column.name, column.has_default), is_added_here)
    });
    let rules = second.rules.iter().filter(|(key, rule)| {
        let was_valid = first.rules.get(key).is_some_and(|former| former.is_valid);
        // Where a column's type changes the server makes its indexes anew.
        let is_made_anew = first
            .rules
            .values()
            .any(|former| former.is_valid && former.name == rule.name && former.table == rule.table);
        rule.is_valid && !was_valid && !is_made_anew
    });
    about_columns.chain(rules.filter_map(|(_, rule)| asking.about_rule(rule))).collect()
}

struct Asking<'a> {
    before: &'a Seen,
    written: &'a Written,
}

impl Asking<'_> {
    fn table(&self, relation: Relation) -> Option<&str> {
        let stored = Before(self.before).table(relation)?;
        (stored.kind != "m").then_some(stored.name.as_str())
    }

    fn column(&self, relation: Relation, number: i16) -> Option<&str> {
        self.before.columns.get(&(relation, number)).map(|column| column.name.as_str())
    }

    fn question(&self, table: &str, rows: String, message: String) -> Question {
        let is_certain = !self.written.contains(table);
        Question { rows, message, noun: "row", is_certain, ..Question::default() }
    }

    /// A column takes no null from now on.
    fn about_nulls(
        &self,
        (relation, number): (Relation, i16),
        (name, has_default): (&str, bool),
        is_added_here: bool,
    ) -> Option<Question> {
        let table = self.table(relation)?;
        if let Some(column) = self.column(relation, number) {
            let rows = format!("SELECT FROM {table} WHERE {column} IS NULL");
            let message = format!("column {table}.{column} is to take no null, and is null in");
            return Some(self.question(table, rows, message));
        }
        // One that the plan has added before may have got its values by a default that is gone again.
        let is_empty = is_added_here && !has_default;
        is_empty.then(|| {
            let message =
                format!("column {table}.{name} is added without a value and takes no null, and {table} has");
            self.question(table, format!("SELECT FROM {table}"), message)
        })
    }

    fn about_rule(&self, rule: &Rule) -> Option<Question> {
        let table = self.table(rule.table)?;
        let name = &rule.name;
        match &rule.demand {
            Demand::Check(expression) => {
                let rows = format!("SELECT FROM {table} WHERE NOT ({expression})");
                Some(self.question(table, rows, format!("constraint {name} on {table} does not hold for")))
            }
            Demand::Reference { columns, table: other, referenced } => {
                let other_name = self.table(*other)?;
                let pairs: Option<Vec<(&str, &str)>> = columns
                    .iter()
                    .zip(referenced)
                    .map(|(own, theirs)| {
                        Some((self.column(rule.table, *own)?, self.column(*other, *theirs)?))
                    })
                    .collect();
                let pairs = pairs?;
                let set: Vec<String> =
                    pairs.iter().map(|(own, _)| format!("one.{own} IS NOT NULL")).collect();
                let equal: Vec<String> =
                    pairs.iter().map(|(own, theirs)| format!("one.{own} = other.{theirs}")).collect();
                let rows = format!(
                    "SELECT FROM {table} one WHERE {} AND NOT EXISTS (SELECT FROM {other_name} other WHERE {})",
                    set.join(" AND "),
                    equal.join(" AND ")
                );
                let message = format!("foreign key {name} on {table} finds nothing in {other_name} for");
                let mut question = self.question(table, rows, message);
                question.is_certain &= !self.written.contains(other_name);
                Some(question)
            }
            Demand::Unique { keys, predicate, nulls_are_equal } => {
                let mut conditions: Vec<String> = predicate.iter().map(|text| format!("({text})")).collect();
                if !nulls_are_equal {
                    conditions.extend(keys.iter().map(|key| format!("({key}) IS NOT NULL")));
                }
                if conditions.is_empty() {
                    conditions.push("true".to_owned());
                }
                let rows = format!(
                    "SELECT FROM {table} WHERE {} GROUP BY {} HAVING count(*) > 1",
                    conditions.join(" AND "),
                    keys.join(", ")
                );
                let message =
                    format!("unique index {name} on {table} cannot be built: more than one row has each of");
                Some(Question { noun: "key", ..self.question(table, rows, message) })
            }
        }
    }
}

/// Asks where the data is; gives what stands in the way, and how many questions had no answer in time. What the server refuses, a
/// column for example that the plan only makes, cannot be asked there.
pub(crate) async fn obstacles(
    snapshot: &Snapshot<'_>,
    questions: &[Question],
) -> Result<(Vec<Obstacle>, usize), QueryError> {
    let mut found = Vec::new();
    let mut unanswered = 0;
    for question in questions {
        let sql =
            format!("SELECT count(*) AS number FROM ({} LIMIT {}) found", question.rows, ROWS_COUNTED + 1);
        let rows = match snapshot.attempt("see whether the data allows it", &sql, PATIENCE).await? {
            Ok(rows) => rows,
            Err(refused) => {
                unanswered += usize::from(TOO_LONG.contains(&refused.code.as_str()));
                continue;
            }
        };
        let number: u64 = rows.first().map_or(Ok(0), |row| row.number("number"))?;
        if number > 0 {
            let (number, more) =
                (number.min(ROWS_COUNTED), if number > ROWS_COUNTED { "more than " } else { "" });
            let plural = if number == 1 { "" } else { "s" };
            let (reference, line) = question.place.clone();
            let message = format!("{} {more}{number} {}{plural}", question.message, question.noun);
            found.push(Obstacle { reference, line, message, is_certain: question.is_certain });
        }
    }
    Ok((found, unanswered))
}
