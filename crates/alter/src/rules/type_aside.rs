//! A type that columns have and that cannot be altered makes room for the new one: it is renamed, the columns are given the new type, and
//! then it goes.

use crosstrack_catalog::{Fact, Kind};
use crosstrack_database::quote_identifier;

use super::enum_type::removed;
use crate::name::{before_last, last_part, unquoted};
use crate::statement::{Loss, Statement};

/// The longest name that the server keeps, in bytes.
const LONGEST: usize = 63;
const ENDING: &str = "__former";

/// Gives it another name.
pub(crate) fn rename(fact: &Fact) -> Statement {
    let former = quote_identifier(&former_name(fact));
    Statement::new(format!("ALTER {} {} RENAME TO {former}", word(fact), fact.id.name))
}

/// Drops it under its other name.
pub(crate) fn drop(fact: &Fact, after: Option<&Fact>) -> Statement {
    let place = before_last(&fact.id.name);
    let former = quote_identifier(&former_name(fact));
    let gone = Statement::new(format!("DROP {} {place}.{former}", word(fact)));
    let values = after.map(|after| removed(fact, after)).unwrap_or_default();
    let name = fact.id.name.clone();
    if values.is_empty() { gone } else { gone.loses(Loss::EnumValues { name, values }) }
}

fn word(fact: &Fact) -> &'static str {
    if fact.id.kind == Kind::Domain { "DOMAIN" } else { "TYPE" }
}

fn former_name(fact: &Fact) -> String {
    let mut name = unquoted(last_part(&fact.id.name));
    let mut end = name.len().min(LONGEST - ENDING.len());
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    name + ENDING
}
