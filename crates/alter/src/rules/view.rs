//! Views and materialized views.

use crosstrack_catalog::{Fact, Kind};

use super::owner;
use super::storage::{reset_and_set, set};
use crate::expression;
use crate::node::Parts;
use crate::options::options;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct Views;
pub(crate) struct MaterializedViews;

impl Rule for Views {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        std::iter::once(view("CREATE VIEW", fact)).chain(owner::given("VIEW", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP VIEW {}", fact.id.name)).with(Hazard::BreaksPrograms)]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let mut statements = Vec::new();
        if change.touches(&["definition"]) {
            let (before, after) = (columns(change.before, change.from), columns(change.after, change.to));
            if !after.starts_with(&before) {
                return Alter::Replace;
            }
            statements.push(view("CREATE OR REPLACE VIEW", change.after));
        }
        // To write it anew sets its options, too; what it had before is put back.
        statements.extend(options_changed("ALTER VIEW", change));
        statements.extend(owner::changed("VIEW", change));
        Alter::Statements(statements)
    }
}

impl Rule for MaterializedViews {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let mut sql = format!("CREATE MATERIALIZED VIEW {}", fact.id.name);
        if let Some(method) = said(fact, "access_method").filter(|method| *method != "heap") {
            sql += &format!(" USING {method}");
        }
        if let Some(options) = said(fact, "options") {
            sql += &format!(" WITH {}", set(options));
        }
        if let Some(tablespace) = said(fact, "tablespace") {
            sql += &format!(" TABLESPACE {tablespace}");
        }
        sql += &format!(" AS\n{}", query(fact));
        let made = Statement::new(sql);
        std::iter::once(made).chain(owner::given("MATERIALIZED VIEW", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let gone = Statement::new(format!("DROP MATERIALIZED VIEW {}", fact.id.name));
        vec![gone.with(Hazard::BreaksPrograms)]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if !change.touches_only(&["options", "owner", "tablespace"]) {
            return Alter::Replace;
        }
        let mut statements = options_changed("ALTER MATERIALIZED VIEW", change);
        if let Some(tablespace) = change.of("tablespace") {
            let (name, tablespace) = (&change.after.id.name, tablespace.unwrap_or("pg_default"));
            statements
                .push(Statement::new(format!("ALTER MATERIALIZED VIEW {name} SET TABLESPACE {tablespace}")));
        }
        statements.extend(owner::changed("MATERIALIZED VIEW", change));
        Alter::Statements(statements)
    }
}

fn view(words: &str, fact: &Fact) -> Statement {
    let options = said(fact, "options").map(|options| format!(" WITH {}", set(options))).unwrap_or_default();
    Statement::new(format!("{words} {}{options} AS\n{}", fact.id.name, query(fact)))
}

fn query(fact: &Fact) -> String {
    expression::readable(said(fact, "definition").unwrap_or_default().trim_end().trim_end_matches(';'))
}

fn options_changed(words: &str, change: &Change<'_>) -> Vec<Statement> {
    let Some(after) = change.of("options") else { return Vec::new() };
    let subject = format!("{words} {}", change.after.id.name);
    let before = options(said(change.before, "options").unwrap_or_default());
    reset_and_set(&subject, &before, &options(after.unwrap_or_default()))
}

/// Names and types in order: a view can be written anew when those that it had stay.
fn columns(fact: &Fact, side: &Side<'_>) -> Vec<(String, String, String)> {
    let columns = side.children(&fact.id).filter(|part| part.id.kind == Kind::Column);
    let text = |column: &Fact, attribute| said(column, attribute).unwrap_or_default().to_owned();
    columns
        .map(|column| (column.id.own_name().to_owned(), text(column, "type"), text(column, "collation")))
        .collect()
}
