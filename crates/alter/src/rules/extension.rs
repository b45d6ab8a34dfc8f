//! Extensions. Their version is the server's affair: another machine has another.

use crosstrack_catalog::Fact;
use crosstrack_database::quote_literal;

use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;
use crosstrack_loss::Loss;

pub(crate) struct Extensions;

impl Rule for Extensions {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        // Where a schema is PostgreSQL's own, the extension says itself where it belongs.
        let schema = said(fact, "schema").filter(|schema| !schema.starts_with("pg_"));
        let place = schema.map(|schema| format!(" WITH SCHEMA {schema}")).unwrap_or_default();
        vec![Statement::new(format!("CREATE EXTENSION {}{place}", fact.id.name))]
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let name = fact.id.name.clone();
        vec![Statement::new(format!("DROP EXTENSION {name}")).loses(Loss::Extension { extension: name })]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches(&["schema"]) && said(change.before, "relocatable").is_some() {
            return Alter::Replace;
        }
        let name = &change.after.id.name;
        let mut statements = Vec::new();
        if let Some(Some(schema)) = change.of("schema") {
            statements.push(Statement::new(format!("ALTER EXTENSION {name} SET SCHEMA {schema}")));
        }
        // There is no way back to an older version.
        let parts = |fact| version_parts(said(fact, "version").unwrap_or_default());
        if let Some(Some(version)) =
            change.of("version").filter(|_| parts(change.after) > parts(change.before))
        {
            statements
                .push(Statement::new(format!("ALTER EXTENSION {name} UPDATE TO {}", quote_literal(version))));
        }
        Alter::Statements(statements)
    }
}

fn version_parts(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or_default()).collect()
}
