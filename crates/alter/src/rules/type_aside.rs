//! A type that columns have and that cannot be altered makes room for the new one: it is renamed, the columns are given the new type, and
//! then it goes.

use crosstrack_catalog::{Fact, Kind, before_last, last_part, unquoted};
use crosstrack_database::quote_identifier;

use crate::side::said;
use crate::statement::Statement;
use crosstrack_loss::{Loss, enum_values};

/// The longest name that the server keeps, in bytes.
const LONGEST: usize = 63;
const ENDING: &str = "__former";

/// Gives it another name.
pub(crate) fn rename(fact: &Fact) -> Vec<Statement> {
    let former = quote_identifier(&former_name(&fact.id.name));
    let mut statements =
        vec![Statement::new(format!("ALTER {} {} RENAME TO {former}", word(fact), fact.id.name))];
    if let Some(multirange) = said(fact, "multirange") {
        let former = quote_identifier(&former_name(multirange));
        statements.push(Statement::new(format!("ALTER TYPE {multirange} RENAME TO {former}")));
    }
    statements
}

/// Drops it under its other name.
pub(crate) fn drop(fact: &Fact, after: Option<&Fact>) -> Statement {
    let place = before_last(&fact.id.name);
    let former = quote_identifier(&former_name(&fact.id.name));
    let gone = Statement::new(format!("DROP {} {place}.{former}", word(fact)));
    let values = |fact| enum_values(said(fact, "values").unwrap_or_default());
    let kept = after.map(values).unwrap_or_default();
    let removed = after.into_iter().flat_map(|_| values(fact)).filter(|value| !kept.contains(value));
    removed.fold(gone, |gone, value| gone.loses(Loss::EnumValue { enum_type: fact.id.name.clone(), value }))
}

fn word(fact: &Fact) -> &'static str {
    match fact.id.kind {
        Kind::Domain => "DOMAIN",
        Kind::Collation => "COLLATION",
        _ => "TYPE",
    }
}

/// The name under which something makes room.
pub(crate) fn former_name(name: &str) -> String {
    let mut name = unquoted(last_part(name));
    let mut end = name.len().min(LONGEST - ENDING.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name + ENDING
}
