//! The statement that gives a column another type.
//!
//! Must not cut a value in silence: an explicit cast is written only where the server has no assignment cast.

use crosstrack_catalog::{Fact, Id, Kind};
use crosstrack_loss::{Loss, is_wider};

use super::enum_type;
use super::type_change::{Cast, cast, keeps_values, may_stop};
use crate::family::heirs;
use crate::rule::Change;
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

/// The types of a column before and after, the domains among them as the types that they are based on.
struct Conversion {
    from: String,
    to: String,
}

/// Gives a column another type or collation.
pub(crate) fn changed(change: &Change<'_>, table: &Id, column: &str) -> Statement {
    let to = said(change.after, "type").unwrap_or_default();
    let name = change.after.id.own_name();
    let mut sql = format!("{column} TYPE {to}");
    if let Some(collation) = said(change.after, "collation") {
        sql += &format!(" COLLATE {collation}");
    }
    if table.kind == Kind::ForeignTable {
        // Its rows are elsewhere, and nothing is cast.
        return Statement::new(sql);
    }
    let conversion = Conversion {
        from: without_domain(change.from, said(change.before, "type").unwrap_or_default()),
        to: without_domain(change.to, to),
    };
    if change.is_retyped && is_only_text_common(change.from, &conversion.from) {
        let text = if to.ends_with("[]") { "text[]" } else { "text" };
        return enum_type::cast(Statement::new(format!("{sql} USING {name}::{text}::{to}")));
    }
    let is_made_anew = change.is_retyped && conversion.to != to;
    if said(change.before, "type") == Some(to) && !is_made_anew {
        return collated(change, sql);
    }
    let using = match cast(&conversion.from, &conversion.to) {
        Cast::Widening | Cast::Assignment => String::new(),
        Cast::Explicit => format!(" USING {name}::{to}"),
        Cast::ThroughText => format!(" USING {name}::text::{to}"),
    };
    converted(change, table, sql + &using, &conversion)
}

/// Gives a column another collation only. What it makes equal cannot be under one key.
fn collated(change: &Change<'_>, sql: String) -> Statement {
    let statement = Statement::new(sql);
    if is_constrained(change.to, &change.after.id) {
        statement.with(Hazard::Scan).with(Hazard::FailsOnRows)
    } else {
        statement
    }
}

/// Adds the hazards and the loss of a conversion to its statement.
fn converted(change: &Change<'_>, table: &Id, sql: String, conversion: &Conversion) -> Statement {
    let (from, to) = (conversion.from.as_str(), conversion.to.as_str());
    let is_through_text = cast(from, to) == Cast::ThroughText;
    // The constraints of a domain are checked for every value.
    let is_domain = said(change.after, "type") != Some(to);
    let is_refused_by_key = !is_wider(from, to) && is_constrained(change.to, &change.after.id);
    let mut statement = Statement::new(sql).with(Hazard::Rewrite);
    if is_through_text || is_domain || is_refused_by_key || may_stop(from, to) {
        statement = statement.with(Hazard::FailsOnRows);
    }
    if !is_through_text && keeps_values(from, to) {
        return statement;
    }
    // A domain that comes again has one name before and after.
    let named = |fact| said(fact, "type").unwrap_or_default();
    let (former, latter) = (named(change.before), named(change.after));
    let (from, to) = if former == latter { (from, to) } else { (former, latter) };
    statement.loses(Loss::Narrowing {
        table: table.name.clone(),
        column: change.after.id.own_name().to_owned(),
        from: from.to_owned(),
        to: to.to_owned(),
    })
}

/// Finds the type that a domain, or an array of a domain, is based on. Any other type is itself.
fn without_domain(side: &Side<'_>, name: &str) -> String {
    let domain = |name: &str| side.get(&Id { kind: Kind::Domain, name: name.to_owned() });
    let (element, brackets) = name.strip_suffix("[]").map_or((name, ""), |element| (element, "[]"));
    let mut base = element;
    while let Some(below) = domain(base).and_then(|fact| said(fact, "type")) {
        base = below;
    }
    // An array of a domain over an array has no other name.
    if base.ends_with("[]") && !brackets.is_empty() {
        return name.to_owned();
    }
    format!("{base}{brackets}")
}

/// True when a type that comes again under its name has nothing in common with its former self but the texts of its values.
fn is_only_text_common(side: &Side<'_>, name: &str) -> bool {
    let element = name.strip_suffix("[]").unwrap_or(name);
    let mut kinds = [Kind::EnumType, Kind::CompositeType, Kind::RangeType, Kind::Domain].into_iter();
    kinds.any(|kind| side.get(&Id { kind, name: element.to_owned() }).is_some())
}

/// True when values that a cast makes equal, or others, may be refused: by a key, a unique index or another constraint, also of a
/// partition or a child.
fn is_constrained(side: &Side<'_>, column: &Id) -> bool {
    let is_unique =
        |index: &Fact| said(index, "definition").is_some_and(|text| text.starts_with("CREATE UNIQUE INDEX"));
    let is_held = side.dependents(column).any(|id| match id.kind {
        Kind::Constraint => true,
        Kind::Index => side.get(id).is_some_and(is_unique),
        _ => false,
    });
    is_held || heirs(side, column).any(|heir| is_constrained(side, &heir))
}
