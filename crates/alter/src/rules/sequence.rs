//! Sequences. That one is owned by a column is said at the end, when both are there.

use crosstrack_catalog::{Fact, Id, before_last, last_part, unquoted};
use crosstrack_database::{quote_identifier, quote_literal};

use super::{owner, type_aside};
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};
use crate::succession::{Succession, ascends};
use crosstrack_loss::Loss;

pub(crate) struct Sequences;

impl Rule for Sequences {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let unlogged = if said(fact, "persistence").is_some() { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}SEQUENCE {}", fact.id.name);
        let kind = said(fact, "type").filter(|kind| *kind != "bigint");
        for option in kind.map(|kind| format!("AS {kind}")).into_iter().chain(options(fact)) {
            sql += &format!(" {option}");
        }
        let owner = owner::given("SEQUENCE", fact, to);
        std::iter::once(Statement::new(sql)).chain(owner).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let sequence = fact.id.name.clone();
        vec![Statement::new(format!("DROP SEQUENCE {sequence}")).loses(Loss::Sequence { sequence })]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let sequence = format!("ALTER SEQUENCE {}", change.after.id.name);
        let mut statements = Vec::new();
        let settings = settings(change);
        if !settings.is_empty() {
            statements.extend(moved_into_range(change));
            let set = Statement::new(format!("{sequence} {}", settings.join(" ")));
            // The server refuses limits that exclude the last value.
            statements.push(if is_narrower(change) { set.with(Hazard::FailsOnRows) } else { set });
        }
        if let Some(persistence) = change.of("persistence") {
            let word = if persistence.is_some() { "UNLOGGED" } else { "LOGGED" };
            statements.push(Statement::new(format!("{sequence} SET {word}")));
        }
        if matches!(change.of("owned_by"), Some(None)) {
            statements.push(Statement::new(format!("{sequence} OWNED BY NONE")));
        }
        // One that a column owns goes to a new owner with the table.
        if !change.after.derived && said(change.after, "owned_by").is_none() {
            statements.extend(owner::changed("SEQUENCE", change));
        }
        Alter::Statements(statements)
    }

    fn finish(&self, fact: &Fact, _: &Side<'_>, before: Option<&Fact>) -> Vec<Statement> {
        let Some(column) = said(fact, "owned_by").filter(|_| !fact.derived) else { return Vec::new() };
        if before.is_some_and(|before| said(before, "owned_by") == Some(column)) {
            return Vec::new();
        }
        vec![Statement::new(format!("ALTER SEQUENCE {} OWNED BY {column}", fact.id.name))]
    }
}

fn number(fact: &Fact, attribute: &str) -> i64 {
    said(fact, attribute).and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn is_narrower(change: &Change<'_>) -> bool {
    number(change.after, "minimum") > number(change.before, "minimum")
        || number(change.after, "maximum") < number(change.before, "maximum")
}

/// Brings a sequence that has not yet reached its new limits to its new start. One that stands between them or beyond them is not moved.
///
/// The limits are widened first: the statement that does it keeps other sessions from taking a number, and what it makes of the sequence
/// is rolled back with the transaction, the position included.
fn moved_into_range(change: &Change<'_>) -> Vec<Statement> {
    let (before, after) = (change.before, change.after);
    let (least, most, start) = (number(after, "minimum"), number(after, "maximum"), number(before, "start"));
    if (least..=most).contains(&start) {
        return Vec::new();
    }
    let condition = match (ascends(after), start < least) {
        (true, true) => format!("last_value < {least}"),
        (false, false) => format!("last_value > {most}"),
        // No number was taken from it.
        _ => format!("last_value = {start} AND NOT is_called"),
    };
    let (name, new_start) = (&after.id.name, number(after, "start"));
    let kind =
        said(after, "type").filter(|_| has_smaller_type(after, before)).map(|kind| format!(" AS {kind}"));
    let widened = format!(
        "ALTER SEQUENCE {name}{} MINVALUE {} MAXVALUE {}",
        kind.unwrap_or_default(),
        least.min(number(before, "minimum")),
        most.max(number(before, "maximum"))
    );
    let literal = quote_literal(name);
    let moved = Statement::new(format!(
        "SELECT pg_catalog.setval({literal}, {new_start}, false) FROM {name} WHERE {condition}"
    ));
    let turns = ascends(before) != ascends(after);
    let moved = if turns { moved.loses(Loss::Sequence { sequence: name.clone() }) } else { moved };
    vec![Statement::new(widened), moved]
}

fn settings(change: &Change<'_>) -> Vec<String> {
    let mut settings = Vec::new();
    let mut setting = |attribute: &str, word: &str| {
        if let Some(Some(value)) = change.of(attribute) {
            settings.push(format!("{word} {value}"));
        }
    };
    setting("type", "AS");
    setting("increment", "INCREMENT BY");
    setting("minimum", "MINVALUE");
    setting("maximum", "MAXVALUE");
    setting("start", "START WITH");
    setting("cache", "CACHE");
    if let Some(Some(cycles)) = change.of("cycles") {
        settings.push(if cycles == "true" { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    settings
}

/// True when the type of a sequence becomes a smaller one.
pub(crate) fn has_smaller_type(before: &Fact, after: &Fact) -> bool {
    range_of_type(after).1 < range_of_type(before).1
}

/// The least and the greatest number of a sequence's type.
fn range_of_type(fact: &Fact) -> (i64, i64) {
    match said(fact, "type") {
        Some("smallint") => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Some("integer") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    }
}

/// What is not as a sequence is by itself: <https://www.postgresql.org/docs/current/sql-createsequence.html>.
pub(crate) fn options(fact: &Fact) -> Vec<String> {
    let value = |attribute: &str| said(fact, attribute).unwrap_or_default();
    let number = |attribute: &str| number(fact, attribute);
    let (least, most) = range_of_type(fact);
    let ascends = ascends(fact);
    let (minimum, maximum) = if ascends { (1, most) } else { (least, -1) };
    let start = if ascends { number("minimum") } else { number("maximum") };
    let usual = [
        ("start", "START WITH", start),
        ("increment", "INCREMENT BY", 1),
        ("minimum", "MINVALUE", minimum),
        ("maximum", "MAXVALUE", maximum),
        ("cache", "CACHE", 1),
    ];
    let mut options: Vec<String> = usual
        .iter()
        .filter(|(attribute, _, usual)| number(attribute) != *usual)
        .map(|(attribute, word, _)| format!("{word} {}", value(attribute)))
        .collect();
    if value("cycles") == "true" {
        options.push("CYCLE".to_owned());
    }
    options
}

/// The name that the server gives the sequence of an identity column.
pub(crate) fn usual_name(column: &Fact) -> String {
    let Some(parent) = &column.parent else { return String::new() };
    let (table, own) = (unquoted(last_part(&parent.name)), unquoted(column.id.own_name()));
    format!("{}.{}", before_last(&parent.name), quote_identifier_if_needed(&format!("{table}_{own}_seq")))
}

fn quote_identifier_if_needed(name: &str) -> String {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    if is_plain { name.to_owned() } else { quote_identifier(name) }
}

/// Renames a sequence, so that the one that takes over from it can have its name. Gives its name of then, too.
pub(crate) fn make_room(sequence: &Fact) -> (String, Statement) {
    let name = &sequence.id.name;
    let former = quote_identifier(&type_aside::former_name(name));
    let renamed = Statement::new(format!("ALTER SEQUENCE {name} RENAME TO {former}"));
    (format!("{}.{former}", before_last(name)), renamed)
}

/// Lets a new sequence of a column that is there go on behind the numbers of the column, and behind the sequence of this name, if there
/// is one. Where its start is behind them all, it stays there.
pub(crate) fn go_on(sequence: &Fact, column: &Id, former: Option<&str>) -> Statement {
    let (table, own) = (before_last(&column.name), column.own_name());
    let (literal, start) = (quote_literal(&sequence.id.name), number(sequence, "start"));
    let (lowest, highest) = range_of_type(sequence);
    let (last, further, sign, limit) = if ascends(sequence) {
        let maximum = number(sequence, "maximum");
        ("max", "greatest", ">=", (maximum < highest).then(|| format!(" WHERE {own} <= {maximum}")))
    } else {
        let minimum = number(sequence, "minimum");
        ("min", "least", "<=", (minimum > lowest).then(|| format!(" WHERE {own} >= {minimum}")))
    };
    let limit = limit.unwrap_or_default();
    let Some(former) = former else {
        return Statement::new(format!(
            "SELECT pg_catalog.setval({literal}, {last}({own})) FROM {table}{limit} HAVING {last}({own}) {sign} {start}"
        ));
    };
    let further = format!("{further}(last_number, last_value)");
    Statement::new(format!(
        "SELECT pg_catalog.setval({literal}, {further}, is_called OR (last_number IS NOT NULL AND last_number {sign} last_value)) \
         FROM {former} AS former, (SELECT {last}({own}) AS last_number FROM {table}{limit}) AS numbers WHERE {further} {sign} {start}"
    ))
}

/// Lets a new sequence go on where the former one of its column stands.
pub(crate) fn take_over(succession: &Succession<'_>, column: &Id, former: &str) -> Statement {
    let Succession { former: before, latter } = succession;
    let statement = go_on(latter, column, Some(former));
    let ends_earlier = if ascends(latter) {
        number(latter, "maximum") < number(before, "maximum")
    } else {
        number(latter, "minimum") > number(before, "minimum")
    };
    // The server refuses a position beyond the limits.
    if ends_earlier { statement.with(Hazard::FailsOnRows) } else { statement }
}
