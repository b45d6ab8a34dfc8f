//! The conversion that a statement makes of a column: its target as the database has it, and the value that is converted.
//!
//! Must not name a type, a routine or an enum value that the plan itself makes or changes: the database does not know it.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use crate::rehearse::observe::{Column, DomainRule, FIRST_OF_USERS, Seen, TypeDefinition, TypeKind};
use crate::rehearse::words::{conversions, named_in, operand_of_cast, unquoted};

/// The type that values are converted to.
pub(super) enum Target {
    /// One that the database has, as SQL text; of a domain, the type that it is made of.
    Named(String),
    /// An enum type, or an array of one, that the database does not have like that, with its values.
    Labels { name: String, labels: String, is_array: bool },
    /// Another one that the database does not have.
    Unknown,
}

/// The target for a type, by its number and its text.
pub(super) fn target(change: Change<'_>, number: u32, text: &str) -> Target {
    let (mut number, mut text) = (number, text.to_owned());
    while let Some(domain) = change.second.types.get(&number).filter(|found| found.kind == TypeKind::Domain) {
        (number, text) = (domain.base, domain.base_text.clone());
    }
    if number < FIRST_OF_USERS {
        return Target::Named(text);
    }
    let Some(found) = change.second.types.get(&number) else { return Target::Unknown };
    let element = change.second.types.get(&found.element);
    let (of_values, of_values_number) = element.map_or((found, number), |part| (part, found.element));
    let former = change.before.types.get(&of_values_number);
    if former.is_some_and(|former| former.labels == of_values.labels)
        && let Some(same) = change.before.types.get(&number)
    {
        let limit = text.find('(').map_or("", |place| &text[place..]);
        return Target::Named(format!("{}{limit}", same.name));
    }
    if of_values.kind != TypeKind::Enum {
        return Target::Unknown;
    }
    let (name, labels) = (of_values.name.clone(), of_values.labels.clone());
    Target::Labels { name, labels, is_array: element.is_some() }
}

/// The domains that a type is, from the outermost inwards.
pub(super) fn domains(change: Change<'_>, number: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut number = number;
    while let Some(domain) = change.second.types.get(&number).filter(|found| found.kind == TypeKind::Domain) {
        found.push(number);
        number = domain.base;
    }
    found
}

/// Whether two states of a column differ in their type.
pub(super) fn differs(former: &Column, column: &Column) -> bool {
    // The text alone may be another one under another search path.
    let limit = |text: &str| text.find('(').map(|place| text[place..].to_owned());
    former.type_number != column.type_number || limit(&former.type_text) != limit(&column.type_text)
}

/// Types of which each holds all values of those before it.
const GROWING: [&str; 4] = ["smallint", "integer", "bigint", "numeric"];

/// Whether a conversion is without an expression of its own, and no value can fail in it or be another one afterwards.
pub(super) fn is_free(change: Change<'_>, former: &Column, column: &Column) -> bool {
    let expressions = conversions(change.statement);
    let is_plain = expressions.is_some_and(|found| !found.contains_key(&unquoted(&former.name)));
    let place = |text: &str| GROWING.iter().position(|growing| *growing == text);
    let (from, to) = (former.type_text.as_str(), column.type_text.as_str());
    let grows = matches!((place(from), place(to)), (Some(from), Some(to)) if from <= to);
    let is_text = |text: &str| text == "text" || text.starts_with("character varying");
    let varying = |text: &str| {
        let limit = text.strip_prefix("character varying")?.strip_prefix('(')?.strip_suffix(')')?;
        limit.parse::<u32>().ok()
    };
    let is_limited =
        matches!((varying(from), varying(to)), (from, Some(to)) if from.is_none_or(|from| from > to));
    let is_builtin = former.type_number < FIRST_OF_USERS && column.type_number < FIRST_OF_USERS;
    let stays_text =
        is_text(from) && is_text(to) && !to.ends_with(']') && !from.ends_with(']') && !is_limited;
    is_plain && is_builtin && (grows || stays_text)
}

/// The value that is converted: the statement's expression or the column itself; otherwise why it is not known.
pub(super) fn value(
    former: &Column,
    expressions: Option<&BTreeMap<String, String>>,
) -> Result<String, String> {
    let expressions = expressions.ok_or("the conversion is not part of an ALTER TABLE statement")?;
    Ok(expressions.get(&unquoted(&former.name)).unwrap_or(&former.name).clone())
}

/// The text that becomes a value of an enum type which the database does not have.
pub(super) fn operand(change: Change<'_>, value: &str) -> Result<String, String> {
    let operand = operand_of_cast(value).ok_or("the expression is not a cast to the new type")?;
    readable(change, operand)?;
    Ok(operand.to_owned())
}

/// The expression for the rows that are there when a column is added: its own, or that of its domain.
pub(super) fn added_expression(change: Change<'_>, column: &Column) -> Option<String> {
    let of_domain = || {
        let domains = domains(change, column.type_number);
        domains.iter().find_map(|number| change.second.types.get(number)?.expression.clone())
    };
    column.expression.clone().or_else(of_domain)
}

/// Refuses an expression that names what the plan makes or changes.
pub(super) fn readable(change: Change<'_>, expression: &str) -> Result<(), String> {
    let (before, now) = (change.before, change.second);
    let is_new = |number: &u32| definition(before, *number) != definition(now, *number);
    let numbers = before.types.keys().chain(now.types.keys()).filter(|number| is_new(number));
    let names = numbers.flat_map(|number| [before.types.get(number), now.types.get(number)]);
    let types: BTreeSet<String> = names.flatten().map(|found| found.bare_name.clone()).collect();
    let numbers = before.routines.keys().chain(now.routines.keys());
    let numbers = numbers.filter(|number| before.routines.get(number) != now.routines.get(number));
    let names = numbers.flat_map(|number| [before.routines.get(number), now.routines.get(number)]);
    let routines: BTreeSet<String> = names.flatten().map(|found| found.bare_name.clone()).collect();
    match named_in(expression, &routines, &types) {
        Some(name) => Err(format!("its expression uses `{name}`, which the plan makes or changes")),
        None => Ok(()),
    }
}

/// Everything of a type on which the meaning of a cast to it depends.
fn definition(seen: &Seen, number: u32) -> Option<(&TypeDefinition, Vec<&DomainRule>)> {
    let rules = seen.domain_rules.values().filter(|rule| rule.domain == number);
    Some((seen.types.get(&number)?, rules.collect()))
}
