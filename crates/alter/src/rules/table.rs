//! Tables, partitioned tables and partitions.

use crosstrack_catalog::{Fact, Kind};

use super::storage::{reset_and_set, set};
use super::{column, owner};
use crate::expression;
use crate::name::{options, own_name};
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Loss, Statement};

pub(crate) struct Tables;

impl Rule for Tables {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let name = &fact.id.name;
        let unlogged = if said(fact, "persistence").is_some() { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}TABLE {name}{}", body(fact, to, parts));
        if let Some(key) = said(fact, "partition_key") {
            sql += &format!("\nPARTITION BY {key}");
        }
        if let Some(method) = said(fact, "access_method").filter(|method| *method != "heap") {
            sql += &format!("\nUSING {method}");
        }
        let options = all_options(fact);
        if !options.is_empty() {
            sql += &format!("\nWITH {}", set(&options));
        }
        if let Some(tablespace) = said(fact, "tablespace") {
            sql += &format!("\nTABLESPACE {tablespace}");
        }
        let mut statements = vec![Statement::new(sql)];
        statements.extend(to.own(&fact.id, Kind::Column).flat_map(column::manners));
        statements.extend(row_security(name, None, said(fact, "row_security")));
        statements.extend(replica_identity(name, said(fact, "replica_identity")));
        statements.extend(owner::given("TABLE", fact, to));
        statements
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let table = fact.id.name.clone();
        let gone = Statement::new(format!("DROP TABLE {table}")).with(Hazard::BreaksPrograms);
        // A partitioned table has no rows of its own.
        let has_rows = said(fact, "partition_key").is_none();
        vec![if has_rows { gone.loses(Loss::Table { table }) } else { gone }]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches(&["partition_key"]) {
            return Alter::Replace;
        }
        Alter::Statements(altered(change))
    }

    fn finish(&self, fact: &Fact, to: &Side<'_>, before: Option<&Fact>) -> Vec<Statement> {
        let place = |fact: &Fact| {
            let text = |attribute| said(fact, attribute).map(str::to_owned);
            (text("inherits"), text("partition_bound"))
        };
        let now = place(fact);
        match before {
            Some(before) if place(before) == now => Vec::new(),
            Some(_) => joined(fact),
            None if fact.attributes.contains_key("partition_bound") && !is_made_as_partition(fact, to) => joined(fact),
            None => Vec::new(),
        }
    }
}

/// What stands between the name of a table and its storage.
fn body(fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> String {
    let constraints = parts.of(Kind::Constraint, &fact.id).map(|constraint| {
        let definition = expression::readable(said(constraint, "definition").unwrap_or_default());
        format!("CONSTRAINT {} {definition}", own_name(constraint))
    });
    let (is_typed, parents) = (said(fact, "of_type"), said(fact, "inherits").unwrap_or_default());
    let is_partition = is_made_as_partition(fact, to);
    // What a child has from its parent is there by itself, unless it joins its parent only at the end.
    let is_alone = fact.attributes.contains_key("partition_bound") && !is_partition;
    let columns = to.children(&fact.id).filter(|part| part.id.kind == Kind::Column);
    let columns = columns.filter(|column| is_typed.is_none() && (!column.derived || is_alone)).map(|part| {
        let default = parts.default_of(&part.id).or_else(|| to.default_of(&part.id).filter(|_| part.derived));
        column::definition(part, to, default)
    });
    let lines: Vec<String> = columns.chain(constraints).collect();
    let list = if lines.is_empty() { String::new() } else { format!("\n    {}\n", lines.join(",\n    ")) };
    let optional = if lines.is_empty() { String::new() } else { format!(" ({list})") };
    if let Some(bound) = said(fact, "partition_bound").filter(|_| is_partition) {
        return format!(" PARTITION OF {parents}{optional} {bound}");
    }
    match is_typed {
        Some(kind) => format!(" OF {kind}{optional}"),
        None if parents.is_empty() || is_alone => format!(" ({list})"),
        None => format!(" ({list})\nINHERITS ({parents})"),
    }
}

/// Whether a table can be made as a partition at once: it has no column that its parent has not given it.
fn is_made_as_partition(fact: &Fact, to: &Side<'_>) -> bool {
    fact.attributes.contains_key("partition_bound") && to.own(&fact.id, Kind::Column).next().is_none()
}

fn all_options(fact: &Fact) -> String {
    let mut all: Vec<String> = said(fact, "options").map(str::to_owned).into_iter().collect();
    let toast = options(said(fact, "toast_options").unwrap_or_default());
    all.extend(toast.into_iter().map(|(key, value)| format!("toast.{key}={value}")));
    all.join(", ")
}

fn altered(change: &Change<'_>) -> Vec<Statement> {
    let name = &change.after.id.name;
    let table = format!("ALTER TABLE {name}");
    let mut statements = left(change);
    if let Some(persistence) = change.of("persistence") {
        let word = if persistence.is_some() { "UNLOGGED" } else { "LOGGED" };
        statements.push(Statement::new(format!("{table} SET {word}")).with(Hazard::Rewrite));
    }
    if let Some(Some(method)) = change.of("access_method") {
        statements.push(Statement::new(format!("{table} SET ACCESS METHOD {method}")).with(Hazard::Rewrite));
    }
    if let Some(tablespace) = change.of("tablespace") {
        let tablespace = tablespace.unwrap_or("pg_default");
        statements.push(Statement::new(format!("{table} SET TABLESPACE {tablespace}")).with(Hazard::Rewrite));
    }
    match change.of("of_type") {
        Some(Some(kind)) => statements.push(Statement::new(format!("{table} OF {kind}"))),
        Some(None) => statements.push(Statement::new(format!("{table} NOT OF"))),
        None => {}
    }
    if change.touches(&["options", "toast_options"]) {
        let (before, after) = (all_options(change.before), all_options(change.after));
        statements.extend(reset_and_set(&table, &options(&before), &options(&after)));
    }
    if let Some(identity) = change.of("replica_identity") {
        statements.extend(replica_identity(name, identity.or(Some("default"))));
    }
    if change.touches(&["row_security"]) {
        let now = said(change.after, "row_security");
        statements.extend(row_security(name, said(change.before, "row_security"), now));
    }
    statements.extend(owner::changed("TABLE", change));
    statements
}

/// Takes a table away from the parents that it had.
fn left(change: &Change<'_>) -> Vec<Statement> {
    if !change.touches(&["inherits", "partition_bound"]) {
        return Vec::new();
    }
    let (before, name) = (change.before, &change.after.id.name);
    let parents = said(before, "inherits").unwrap_or_default();
    if before.attributes.contains_key("partition_bound") {
        return vec![Statement::new(format!("ALTER TABLE {parents} DETACH PARTITION {name}"))];
    }
    let parents = parents.split(", ").filter(|parent| !parent.is_empty());
    parents.map(|parent| Statement::new(format!("ALTER TABLE {name} NO INHERIT {parent}"))).collect()
}

/// Brings a table to the parents that it is to have.
fn joined(fact: &Fact) -> Vec<Statement> {
    let (name, parents) = (&fact.id.name, said(fact, "inherits").unwrap_or_default());
    if let Some(bound) = said(fact, "partition_bound") {
        let joined = Statement::new(format!("ALTER TABLE {parents} ATTACH PARTITION {name} {bound}"));
        return vec![joined.with(Hazard::Scan).with(Hazard::FailsOnRows)];
    }
    let parents = parents.split(", ").filter(|parent| !parent.is_empty());
    parents.map(|parent| Statement::new(format!("ALTER TABLE {name} INHERIT {parent}"))).collect()
}

/// That an index is the identity is said when the index is there.
fn replica_identity(name: &str, identity: Option<&str>) -> Option<Statement> {
    let word = match identity? {
        "nothing" => "NOTHING",
        "full" => "FULL",
        "default" => "DEFAULT",
        _ => return None,
    };
    Some(Statement::new(format!("ALTER TABLE {name} REPLICA IDENTITY {word}")))
}

fn row_security(name: &str, before: Option<&str>, after: Option<&str>) -> Vec<Statement> {
    let is_enabled = |said: Option<&str>| matches!(said, Some("enabled" | "forced"));
    let is_forced = |said: Option<&str>| matches!(said, Some("forced" | "disabled, forced"));
    let mut statements = Vec::new();
    if is_enabled(before) != is_enabled(after) {
        let word = if is_enabled(after) { "ENABLE" } else { "DISABLE" };
        statements.push(Statement::new(format!("ALTER TABLE {name} {word} ROW LEVEL SECURITY")));
    }
    if is_forced(before) != is_forced(after) {
        let word = if is_forced(after) { "FORCE" } else { "NO FORCE" };
        statements.push(Statement::new(format!("ALTER TABLE {name} {word} ROW LEVEL SECURITY")));
    }
    statements
}
