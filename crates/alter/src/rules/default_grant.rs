//! What roles will be granted on objects to come: <https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html>.
//!
//! An entry of a list of rights is written `role=arwd*/grantor`, by <https://www.postgresql.org/docs/current/ddl-priv.html>.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::{Fact, Kind};

use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;
use crosstrack_catalog::before_last;

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
        revoked(&usual(fact), &entries(fact), fact)
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let (before, after) = (entries(fact), usual(fact));
        let mut statements = revoked(&before, &after, fact);
        statements.extend(granted(&before, &after, fact));
        statements
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        Alter::Statements(revoked(&entries(change.before), &entries(change.after), change.after))
    }

    /// What is granted at the end is not granted on what is made on the way.
    fn finish(&self, fact: &Fact, _: &Side<'_>, before: Option<&Fact>) -> Vec<Statement> {
        granted(&before.map_or_else(|| usual(fact), entries), &entries(fact), fact)
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

/// Who is granted something on this by itself when it is made, besides its owner and everybody.
pub(crate) fn roles_by_default(fact: &Fact, side: &Side<'_>) -> BTreeSet<String> {
    let objects = match fact.id.kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable => "TABLES",
        Kind::Sequence => "SEQUENCES",
        Kind::Function | Kind::Procedure | Kind::Aggregate => "FUNCTIONS",
        Kind::EnumType | Kind::Domain | Kind::CompositeType | Kind::RangeType => "TYPES",
        Kind::Schema => "SCHEMAS",
        _ => return BTreeSet::new(),
    };
    let place = fact.id.name.split_once('(').map_or(fact.id.name.as_str(), |(name, _)| name);
    let schema = before_last(place);
    let grants = side.catalog.facts().filter(|grant| grant.id.kind == Kind::DefaultGrant);
    let those = grants.filter(|grant| {
        let (of, _, place) = about(grant);
        of == objects && place.is_none_or(|place| place == schema)
    });
    let roles = those.flat_map(|grant| {
        let owner = about(grant).1.to_owned();
        entries(grant)
            .into_keys()
            .map(|(role, _)| role)
            .filter(move |role| *role != owner && role != "PUBLIC")
    });
    roles.collect()
}

fn revoked(before: &Entries, after: &Entries, fact: &Fact) -> Vec<Statement> {
    let (start, objects) = start(fact);
    let gone = before.iter().filter(|(key, grantable)| after.get(*key) != Some(grantable));
    gone.map(|((role, privilege), _)| {
        Statement::new(format!("{start} REVOKE {privilege} ON {objects} FROM {role}"))
    })
    .collect()
}

fn granted(before: &Entries, after: &Entries, fact: &Fact) -> Vec<Statement> {
    let (start, objects) = start(fact);
    let new = after.iter().filter(|(key, grantable)| before.get(*key) != Some(grantable));
    new.map(|((role, privilege), grantable)| {
        let option = if *grantable { " WITH GRANT OPTION" } else { "" };
        Statement::new(format!("{start} GRANT {privilege} ON {objects} TO {role}{option}"))
    })
    .collect()
}

fn start(fact: &Fact) -> (String, &'static str) {
    let (objects, owner, schema) = about(fact);
    let place = schema.map(|schema| format!(" IN SCHEMA {schema}")).unwrap_or_default();
    (format!("ALTER DEFAULT PRIVILEGES FOR ROLE {owner}{place}"), objects)
}
