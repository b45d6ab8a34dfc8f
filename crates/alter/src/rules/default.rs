//! The defaults of columns.

use crosstrack_catalog::{Fact, before_last, last_part};

use crate::expression;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Defaults;

impl Rule for Defaults {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        vec![set(fact)]
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("{} DROP DEFAULT", column(fact)))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        Alter::Statements(vec![set(change.after)])
    }
}

fn set(fact: &Fact) -> Statement {
    let expression = expression::readable(said(fact, "expression").unwrap_or_default());
    Statement::new(format!("{} SET DEFAULT {expression}", column(fact)))
}

/// `for public.users.email`
fn column(fact: &Fact) -> String {
    let name = fact.id.name.strip_prefix("for ").unwrap_or(&fact.id.name);
    format!("ALTER TABLE {} ALTER COLUMN {}", before_last(name), last_part(name))
}
