//! Policies of row security.

use crosstrack_catalog::Fact;

use crate::expression;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Policies;

impl Rule for Policies {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let mut sql = format!("CREATE POLICY {}", subject(fact));
        if said(fact, "form") == Some("restrictive") {
            sql += " AS RESTRICTIVE";
        }
        sql += &format!(" FOR {}", said(fact, "command").unwrap_or("all").to_uppercase());
        for attribute in ["roles", "using", "with_check"] {
            sql += &said(fact, attribute).map(|text| clause(attribute, text)).unwrap_or_default();
        }
        vec![Statement::new(sql)]
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP POLICY {}", subject(fact)))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let attributes = ["roles", "using", "with_check"];
        // An expression cannot be taken away.
        let is_alterable = change.touches_only(&attributes)
            && attributes.iter().all(|attribute| !matches!(change.of(attribute), Some(None)));
        if !is_alterable {
            return Alter::Replace;
        }
        let clauses =
            attributes.iter().filter_map(|attribute| Some(clause(attribute, change.of(attribute)??)));
        let sql = format!("ALTER POLICY {}{}", subject(change.after), clauses.collect::<String>());
        Alter::Statements(vec![Statement::new(sql)])
    }
}

fn subject(fact: &Fact) -> String {
    let table = fact.parent.as_ref().map(|parent| parent.name.as_str()).unwrap_or_default();
    format!("{} ON {table}", fact.id.own_name())
}

fn clause(attribute: &str, text: &str) -> String {
    match attribute {
        "roles" => format!(" TO {text}"),
        "using" => format!(" USING ({})", expression::readable(text)),
        _ => format!(" WITH CHECK ({})", expression::readable(text)),
    }
}
