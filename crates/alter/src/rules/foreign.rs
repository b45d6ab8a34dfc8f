//! Foreign-data wrappers, servers and foreign tables.

use crosstrack_catalog::{Fact, Kind};
use crosstrack_database::{quote_identifier, quote_literal};

use super::{column, owner};
use crate::expression;
use crate::node::Parts;
use crate::options::options;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Wrappers;
pub(crate) struct Servers;
pub(crate) struct ForeignTables;

impl Rule for Wrappers {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let mut sql = format!("CREATE FOREIGN DATA WRAPPER {}", fact.id.name);
        for (word, attribute) in [("HANDLER", "handler"), ("VALIDATOR", "validator")] {
            sql += &said(fact, attribute).map(|name| format!(" {word} {name}")).unwrap_or_default();
        }
        sql += &said(fact, "options").map(|text| format!(" {}", clause(text))).unwrap_or_default();
        std::iter::once(Statement::new(sql)).chain(owner::given("FOREIGN DATA WRAPPER", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP FOREIGN DATA WRAPPER {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        altered("FOREIGN DATA WRAPPER", change)
    }
}

impl Rule for Servers {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let mut sql = format!("CREATE SERVER {}", fact.id.name);
        for (word, attribute) in [("TYPE", "type"), ("VERSION", "version")] {
            sql += &said(fact, attribute)
                .map(|text| format!(" {word} {}", quote_literal(text)))
                .unwrap_or_default();
        }
        sql += &format!(" FOREIGN DATA WRAPPER {}", said(fact, "wrapper").unwrap_or_default());
        sql += &said(fact, "options").map(|text| format!(" {}", clause(text))).unwrap_or_default();
        std::iter::once(Statement::new(sql)).chain(owner::given("SERVER", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP SERVER {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        altered("SERVER", change)
    }
}

impl Rule for ForeignTables {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let columns = to.own(&fact.id, Kind::Column);
        let columns = columns.map(|part| column::definition(part, to, parts.default_of(&part.id)));
        let constraints = parts.of(Kind::Constraint, &fact.id).map(|constraint| {
            let definition = expression::readable(said(constraint, "definition").unwrap_or_default());
            format!("CONSTRAINT {} {definition}", constraint.id.own_name())
        });
        let lines: Vec<String> = columns.chain(constraints).collect();
        let (list, server) = (lines.join(",\n    "), said(fact, "server").unwrap_or_default());
        let mut sql = format!("CREATE FOREIGN TABLE {} (\n    {list}\n) SERVER {server}", fact.id.name);
        sql += &said(fact, "options").map(|text| format!(" {}", clause(text))).unwrap_or_default();
        let manners = to.own(&fact.id, Kind::Column).flat_map(column::manners);
        let owner = owner::given("FOREIGN TABLE", fact, to);
        std::iter::once(Statement::new(sql)).chain(manners).chain(owner).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP FOREIGN TABLE {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        altered("FOREIGN TABLE", change)
    }
}

fn altered(word: &str, change: &Change<'_>) -> Alter {
    if !change.touches_only(&["options", "owner"]) {
        return Alter::Replace;
    }
    let subject = format!("ALTER {word} {}", change.after.id.name);
    let options = changed(&subject, change, "options");
    Alter::Statements(options.into_iter().chain(owner::changed(word, change)).collect())
}

/// `OPTIONS (host 'example.com')`
pub(crate) fn clause(text: &str) -> String {
    let pairs = options(text);
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{} {}", quote_identifier(key), quote_literal(value)))
        .collect();
    format!("OPTIONS ({})", pairs.join(", "))
}

/// Options that go, come and change, each with its word.
pub(crate) fn changed(subject: &str, change: &Change<'_>, attribute: &str) -> Option<Statement> {
    change.of(attribute)?;
    let pairs = |fact| options(said(fact, attribute).unwrap_or_default());
    let (before, after) = (pairs(change.before), pairs(change.after));
    let mut words = Vec::new();
    for (key, _) in before.iter().filter(|(key, _)| !after.iter().any(|(other, _)| other == key)) {
        words.push(format!("DROP {}", quote_identifier(key)));
    }
    for (key, value) in after.iter().filter(|pair| !before.contains(pair)) {
        let is_new = !before.iter().any(|(other, _)| other == key);
        let word = if is_new { "ADD" } else { "SET" };
        words.push(format!("{word} {} {}", quote_identifier(key), quote_literal(value)));
    }
    Some(Statement::new(format!("{subject} OPTIONS ({})", words.join(", "))))
}
