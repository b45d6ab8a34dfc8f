//! What roles may do. A grant says all that a role may do with an object, so to give it is to take everything first.

use crosstrack_catalog::{Fact, Id, Kind};

use super::default_grant::roles_by_default;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Grants;

const GRANTABLE: &str = " with grant option";

impl Rule for Grants {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let Some(parent) = &fact.parent else { return Vec::new() };
        let role = role(fact, parent);
        let of = to.get(parent);
        let is_owner = of.and_then(|of| said(of, "owner")) == Some(role);
        let by_default = of.map(|of| roles_by_default(of, to)).unwrap_or_default();
        let has_rights_at_first = role == "PUBLIC" || is_owner || by_default.contains(role);
        let mut statements = Vec::new();
        if has_rights_at_first {
            statements.push(revoke("ALL", parent, role));
        }
        statements.extend(given(&privileges(fact), parent, role));
        statements
    }

    fn drop(&self, fact: &Fact, from: &Side<'_>) -> Vec<Statement> {
        let Some(parent) = &fact.parent else { return Vec::new() };
        let role = role(fact, parent);
        let mut statements = vec![revoke("ALL", parent, role)];
        // What the server gives by itself comes back.
        let usual = match parent.kind {
            _ if from.get(parent).and_then(|of| said(of, "owner")) == Some(role) => Some("ALL"),
            Kind::Function | Kind::Procedure | Kind::Aggregate if role == "PUBLIC" => Some("EXECUTE"),
            Kind::EnumType | Kind::Domain | Kind::CompositeType | Kind::RangeType | Kind::Language
                if role == "PUBLIC" =>
            {
                Some("USAGE")
            }
            _ => None,
        };
        if let Some(usual) = usual {
            statements.push(Statement::new(format!("GRANT {usual} ON {} TO {role}", object(parent))));
        }
        statements
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let Some(parent) = &change.after.parent else { return Alter::Statements(Vec::new()) };
        let role = role(change.after, parent);
        let (before, after) = (privileges(change.before), privileges(change.after));
        let mut statements = Vec::new();
        for (privilege, grantable) in &before {
            match after.iter().find(|(other, _)| other == privilege) {
                None => statements.push(revoke(&on_column(privilege, parent), parent, role)),
                Some((_, still)) if *grantable && !still => statements.push(Statement::new(format!(
                    "REVOKE GRANT OPTION FOR {} ON {} FROM {role}",
                    on_column(privilege, parent),
                    object(parent)
                ))),
                Some(_) => {}
            }
        }
        let new: Vec<(String, bool)> = after.into_iter().filter(|pair| !before.contains(pair)).collect();
        let new: Vec<(String, bool)> = new
            .into_iter()
            .filter(|(privilege, grantable)| {
                *grantable || !before.iter().any(|(other, _)| other == privilege)
            })
            .collect();
        statements.extend(given(&new, parent, role));
        Alter::Statements(statements)
    }
}

/// Takes from roles what they were given by itself when something was made, and are not to have.
pub(crate) fn not_by_default(fact: &Fact, from: &Side<'_>, to: &Side<'_>) -> Vec<Statement> {
    let granted: Vec<&str> = to.own(&fact.id, Kind::Grant).map(|grant| role(grant, &fact.id)).collect();
    let still = roles_by_default(fact, to);
    let given = roles_by_default(fact, from).into_iter().filter(|role| still.contains(role));
    given
        .filter(|role| !granted.contains(&role.as_str()))
        .map(|role| revoke("ALL", &fact.id, &role))
        .collect()
}

/// `to clerk on table public.users`
fn role<'a>(fact: &'a Fact, parent: &Id) -> &'a str {
    let name = fact.id.name.strip_prefix("to ").unwrap_or(&fact.id.name);
    let before_object = name.strip_suffix(&parent.name).unwrap_or(name);
    before_object.rsplit_once(" on ").map_or(before_object, |(role, _)| role)
}

/// Each privilege, and whether it may be granted on.
fn privileges(fact: &Fact) -> Vec<(String, bool)> {
    let text = said(fact, "privileges").filter(|text| *text != "none").unwrap_or_default();
    let each = text.split(", ").filter(|privilege| !privilege.is_empty());
    each.map(|privilege| match privilege.strip_suffix(GRANTABLE) {
        Some(privilege) => (privilege.to_owned(), true),
        None => (privilege.to_owned(), false),
    })
    .collect()
}

fn revoke(privileges: &str, parent: &Id, role: &str) -> Statement {
    let privileges = if privileges == "ALL" { on_column("ALL", parent) } else { privileges.to_owned() };
    Statement::new(format!("REVOKE {privileges} ON {} FROM {role}", object(parent)))
}

fn given(privileges: &[(String, bool)], parent: &Id, role: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    for is_grantable in [false, true] {
        let those = privileges.iter().filter(|(_, grantable)| *grantable == is_grantable);
        let those: Vec<String> = those.map(|(privilege, _)| on_column(privilege, parent)).collect();
        if !those.is_empty() {
            let option = if is_grantable { " WITH GRANT OPTION" } else { "" };
            let (list, object) = (those.join(", "), object(parent));
            statements.push(Statement::new(format!("GRANT {list} ON {object} TO {role}{option}")));
        }
    }
    statements
}

/// A privilege on a column names the column: `SELECT (email)`.
fn on_column(privilege: &str, parent: &Id) -> String {
    if parent.kind == Kind::Column {
        format!("{privilege} ({})", parent.own_name())
    } else {
        privilege.to_owned()
    }
}

fn object(parent: &Id) -> String {
    let word = match parent.kind {
        Kind::Schema => "SCHEMA",
        Kind::Sequence => "SEQUENCE",
        Kind::Function | Kind::Aggregate => "FUNCTION",
        Kind::Procedure => "PROCEDURE",
        Kind::EnumType | Kind::CompositeType | Kind::RangeType => "TYPE",
        Kind::Domain => "DOMAIN",
        Kind::Language => "LANGUAGE",
        Kind::ForeignDataWrapper => "FOREIGN DATA WRAPPER",
        Kind::ForeignServer => "FOREIGN SERVER",
        Kind::Column => return format!("TABLE {}", crosstrack_catalog::before_last(&parent.name)),
        _ => "TABLE",
    };
    format!("{word} {}", parent.name)
}
