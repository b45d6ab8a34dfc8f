//! Constraints of tables and of domains.

use crosstrack_catalog::{Fact, Kind};

use super::index;
use crate::expression;
use crate::node::Parts;
use crate::online;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct Constraints;

const NOT_VALID: &str = " NOT VALID";

impl Rule for Constraints {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let definition = definition(fact, to);
        let added =
            Statement::new(format!("{} ADD CONSTRAINT {} {definition}", owner(fact), fact.id.own_name()));
        let builds_index =
            ["PRIMARY KEY", "UNIQUE", "EXCLUDE"].iter().any(|word| definition.starts_with(word));
        let added = match (builds_index, definition.ends_with(NOT_VALID)) {
            (_, true) => added,
            (true, false) => added.with(Hazard::BlocksWrites).with(Hazard::FailsOnRows),
            (false, false) => added.with(Hazard::Scan).with(Hazard::FailsOnRows),
        };
        vec![Statement { online: online::constraint(fact, &definition, to), ..added }]
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("{} DROP CONSTRAINT {}", owner(fact), fact.id.own_name()))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let definition = |fact| said(fact, "definition").unwrap_or_default().to_owned();
        let (before, after) = (definition(change.before), definition(change.after));
        if change.touches_only(&["definition"]) && before == format!("{after}{NOT_VALID}") {
            let validated = Statement::new(format!(
                "{} VALIDATE CONSTRAINT {}",
                owner(change.after),
                change.after.id.own_name()
            ));
            return Alter::Statements(vec![validated.with(Hazard::FailsOnRows)]);
        }
        Alter::Replace
    }
}

/// What holds, with the storage of its index, which the server's text leaves out.
pub(crate) fn definition(fact: &Fact, to: &Side<'_>) -> String {
    let definition = expression::readable(said(fact, "definition").unwrap_or_default());
    let index = to.children(&fact.id).find(|part| part.id.kind == Kind::Index);
    let Some(index) = index.filter(|_| !definition.starts_with("FOREIGN KEY")) else { return definition };
    let mut storage = String::new();
    if let Some((_, options)) = index::storage(index) {
        storage += &format!(" WITH ({options})");
    }
    if let Some(tablespace) = said(index, "tablespace") {
        storage += &format!(" USING INDEX TABLESPACE {tablespace}");
    }
    let manners =
        [" WHERE (", " DEFERRABLE", " INITIALLY"].iter().filter_map(|word| definition.rfind(word)).min();
    let place = manners.unwrap_or(definition.len());
    format!("{}{storage}{}", &definition[..place], &definition[place..])
}

/// Whether it is a foreign key.
pub(crate) fn is_foreign_key(fact: &Fact) -> bool {
    fact.id.kind == Kind::Constraint
        && said(fact, "definition").is_some_and(|definition| definition.starts_with("FOREIGN KEY"))
}

fn owner(fact: &Fact) -> String {
    match &fact.parent {
        Some(parent) if parent.kind == Kind::Domain => format!("ALTER DOMAIN {}", parent.name),
        Some(parent) => format!("ALTER TABLE {}", parent.name),
        None => String::new(),
    }
}
