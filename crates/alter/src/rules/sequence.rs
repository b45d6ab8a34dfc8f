//! Sequences. That one is owned by a column is said at the end, when both are there.

use crosstrack_catalog::{Fact, Id, before_last, last_part, unquoted};
use crosstrack_database::{quote_identifier, quote_literal};

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;
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
            let set = format!("{sequence} {}", settings.join(" "));
            let name = change.after.id.name.clone();
            // Where it stands may be outside of what is left of its range.
            statements.push(if is_narrower(change) {
                Statement::new(format!("{set} RESTART")).loses(Loss::Sequence { sequence: name })
            } else {
                Statement::new(set)
            });
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

fn is_narrower(change: &Change<'_>) -> bool {
    let number =
        |fact, attribute| said(fact, attribute).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    number(change.after, "minimum") > number(change.before, "minimum")
        || number(change.after, "maximum") < number(change.before, "maximum")
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

/// What is not as a sequence is by itself: <https://www.postgresql.org/docs/current/sql-createsequence.html>.
pub(crate) fn options(fact: &Fact) -> Vec<String> {
    let value = |attribute: &str| said(fact, attribute).unwrap_or_default();
    let number = |attribute: &str| value(attribute).parse::<i64>().unwrap_or_default();
    let (least, most) = match value("type") {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let ascends = number("increment") > 0;
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

/// Lets a sequence that comes for a column that is there go on after the highest number of the column, if that is in its range.
pub(crate) fn go_on(sequence: &Fact, column: &Id) -> Statement {
    let (table, own) = (before_last(&column.name), column.own_name());
    let (literal, least) = (quote_literal(&sequence.id.name), said(sequence, "minimum").unwrap_or("1"));
    Statement::new(format!(
        "SELECT pg_catalog.setval({literal}, max({own})) FROM {table} HAVING max({own}) >= {least}"
    ))
}
