//! What roles will be granted on objects to come: <https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html>.
//!
//! An entry of a list of rights is written `role=arwd*/grantor`, by <https://www.postgresql.org/docs/current/ddl-priv.html>.

use std::collections::BTreeMap;

use crosstrack_catalog::Fact;

use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct DefaultGrants;

const LETTERS: [(char, &str); 12] = [
    ('r', "SELECT"),
    ('a', "INSERT"),
    ('w', "UPDATE"),
    ('d', "DELETE"),
    ('D', "TRUNCATE"),
    ('x', "REFERENCES"),
    ('t', "TRIGGER"),
    ('m', "MAINTAIN"),
    ('X', "EXECUTE"),
    ('U', "USAGE"),
    ('C', "CREATE"),
    ('s', "SET"),
];

impl Rule for DefaultGrants {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        lead(&usual(fact), &entries(fact), fact)
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        lead(&entries(fact), &usual(fact), fact)
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        Alter::Statements(lead(&entries(change.before), &entries(change.after), change.after))
    }
}

/// Role and privilege, and whether it may be granted on.
type Entries = BTreeMap<(String, &'static str), bool>;

fn entries(fact: &Fact) -> Entries {
    let mut entries = Entries::new();
    for entry in said(fact, "privileges").unwrap_or_default().split(", ") {
        let Some((role, rest)) = entry.split_once('=') else { continue };
        let role = if role.is_empty() { "PUBLIC" } else { role };
        let letters: Vec<char> = rest.split('/').next().unwrap_or_default().chars().collect();
        for (place, letter) in letters.iter().enumerate() {
            if let Some((_, word)) = LETTERS.iter().find(|(other, _)| other == letter) {
                entries.insert((role.to_owned(), *word), letters.get(place + 1) == Some(&'*'));
            }
        }
    }
    entries
}

/// What the server gives by itself, which only a list for all schemas is held against.
fn usual(fact: &Fact) -> Entries {
    let (objects, owner, schema) = about(fact);
    let mut usual = Entries::new();
    if schema.is_some() {
        return usual;
    }
    let (own, all): (&[&'static str], &[&'static str]) = match objects {
        "TABLES" => (&["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"], &[]),
        "SEQUENCES" => (&["SELECT", "UPDATE", "USAGE"], &[]),
        "FUNCTIONS" => (&["EXECUTE"], &["EXECUTE"]),
        "TYPES" => (&["USAGE"], &["USAGE"]),
        _ => (&["USAGE", "CREATE"], &[]),
    };
    usual.extend(own.iter().map(|privilege| ((owner.to_owned(), *privilege), false)));
    usual.extend(all.iter().map(|privilege| (("PUBLIC".to_owned(), *privilege), false)));
    usual
}

/// `on tables by clerk in schema public`
fn about(fact: &Fact) -> (&'static str, &str, Option<&str>) {
    let name = fact.id.name.strip_prefix("on ").unwrap_or(&fact.id.name);
    let (objects, rest) = name.split_once(" by ").unwrap_or((name, ""));
    let objects = match objects {
        "tables" => "TABLES",
        "sequences" => "SEQUENCES",
        "functions" => "FUNCTIONS",
        "types" => "TYPES",
        "schemas" => "SCHEMAS",
        _ => "LARGE OBJECTS",
    };
    match rest.split_once(" in schema ") {
        Some((owner, schema)) => (objects, owner, Some(schema)),
        None => (objects, rest, None),
    }
}

fn lead(before: &Entries, after: &Entries, fact: &Fact) -> Vec<Statement> {
    let (objects, owner, schema) = about(fact);
    let place = schema.map(|schema| format!(" IN SCHEMA {schema}")).unwrap_or_default();
    let start = format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner}{place}");
    let mut statements = Vec::new();
    for ((role, privilege), _) in before.iter().filter(|(key, grantable)| after.get(*key) != Some(grantable)) {
        statements.push(Statement::new(format!("{start} REVOKE {privilege} ON {objects} FROM {role}")));
    }
    for ((role, privilege), grantable) in after.iter().filter(|(key, is)| before.get(*key) != Some(is)) {
        let option = if *grantable { " WITH GRANT OPTION" } else { "" };
        statements.push(Statement::new(format!("{start} GRANT {privilege} ON {objects} TO {role}{option}")));
    }
    statements
}
