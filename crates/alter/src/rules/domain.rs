//! Domains.

use crosstrack_catalog::{Fact, Kind};

use super::owner;
use crate::expression;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct Domains;

impl Rule for Domains {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let mut sql = format!("CREATE DOMAIN {} AS {}", fact.id.name, said(fact, "type").unwrap_or_default());
        if let Some(collation) = said(fact, "collation") {
            sql += &format!(" COLLATE {collation}");
        }
        if let Some(default) = said(fact, "default") {
            sql += &format!(" DEFAULT {default}");
        }
        if said(fact, "nullable") == Some("false") {
            sql += " NOT NULL";
        }
        for constraint in parts.of(Kind::Constraint, &fact.id) {
            let definition = expression::readable(said(constraint, "definition").unwrap_or_default());
            sql += &format!("\n    CONSTRAINT {} {definition}", constraint.id.own_name());
        }
        std::iter::once(Statement::new(sql)).chain(owner::given("DOMAIN", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP DOMAIN {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches(&["type", "collation"]) {
            return Alter::Replace;
        }
        let domain = format!("ALTER DOMAIN {}", change.after.id.name);
        let mut statements = Vec::new();
        match change.of("default") {
            Some(Some(default)) => statements.push(Statement::new(format!("{domain} SET DEFAULT {default}"))),
            Some(None) => statements.push(Statement::new(format!("{domain} DROP DEFAULT"))),
            None => {}
        }
        match change.of("nullable") {
            Some(Some("false")) => {
                let strict = Statement::new(format!("{domain} SET NOT NULL"));
                statements.push(strict.with(Hazard::Scan).with(Hazard::FailsOnRows));
            }
            Some(_) => statements.push(Statement::new(format!("{domain} DROP NOT NULL"))),
            None => {}
        }
        statements.extend(owner::changed("DOMAIN", change));
        Alter::Statements(statements)
    }
}
