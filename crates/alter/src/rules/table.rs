//! Tables, partitioned tables and partitions.

use crosstrack_catalog::{Fact, Kind};

use super::storage::{reset_and_set, set};
use super::{column, constraint, owner};
use crate::expression;
use crate::node::Parts;
use crate::options::options;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};
use crosstrack_loss::Loss;

pub(crate) struct Tables;

impl Rule for Tables {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let name = &fact.id.name;
        let unlogged = if said(fact, "persistence").is_some() { "UNLOGGED " } else { "" };
        let mut sql = format!("CREATE {unlogged}TABLE {name}{}", body(fact, to, parts));
        if let Some(key) = said(fact, "partition_key") {
            sql += &format!("\nPARTITION BY {}", expression::readable(key));
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
        let inherited = to.children(&fact.id).filter(|part| part.id.kind == Kind::Column && part.derived);
        statements.extend(inherited.flat_map(|part| column::unlike_origin(part, to)));
        statements.extend(row_security(name, None, said(fact, "row_security")));
        statements.extend(replica_identity(name, said(fact, "replica_identity")));
        statements.extend(owner::given("TABLE", fact, to));
        statements
    }

    fn drop(&self, fact: &Fact, from: &Side<'_>) -> Vec<Statement> {
        let table = fact.id.name.clone();
        let detached = said(fact, "inherits")
            .filter(|_| is_pointed_to(fact, from))
            .map(|parent| Statement::new(format!("ALTER TABLE {parent} DETACH PARTITION {table}")));
        let gone = Statement::new(format!("DROP TABLE {table}")).with(Hazard::BreaksPrograms);
        // A partitioned table has no rows of its own.
        let has_rows = said(fact, "partition_key").is_none();
        let gone = if has_rows { gone.loses(Loss::Table { table }) } else { gone };
        detached.into_iter().chain([gone]).collect()
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
            None if fact.attributes.contains_key("partition_bound") && !is_made_as_partition(fact, to) => {
                joined(fact)
            }
            None => Vec::new(),
        }
    }
}

/// What stands between the name of a table and its storage.
fn body(fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> String {
    let constraints = parts.of(Kind::Constraint, &fact.id).map(|constraint| {
        format!("CONSTRAINT {} {}", constraint.id.own_name(), constraint::definition(constraint, to))
    });
    let (is_typed, parents) = (said(fact, "of_type"), said(fact, "inherits").unwrap_or_default());
    let is_partition = is_made_as_partition(fact, to);
    // What a child has from its parent is there by itself, unless it joins its parent only at the end.
    let is_alone = fact.attributes.contains_key("partition_bound") && !is_partition;
    let columns = to.children(&fact.id).filter(|part| part.id.kind == Kind::Column);
    let columns = columns.filter(|column| !column.derived || is_alone).filter_map(|part| {
        let default = parts.default_of(&part.id).or_else(|| to.default_of(&part.id).filter(|_| part.derived));
        match is_typed {
            Some(_) => column::options_of_typed(part, default),
            None => Some(column::definition(part, to, default)),
        }
    });
    // What its parent checks, a table has to check before it can join.
    let checks = to.children(&fact.id).filter(|part| {
        is_alone && part.derived && said(part, "definition").is_some_and(|text| text.starts_with("CHECK"))
    });
    let checks = checks
        .map(|check| format!("CONSTRAINT {} {}", check.id.own_name(), constraint::definition(check, to)));
    let lines: Vec<String> = columns.chain(constraints).chain(checks).collect();
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

/// Whether a partition has a part in foreign keys that point to its parent: then it goes only after it has left.
fn is_pointed_to(fact: &Fact, from: &Side<'_>) -> bool {
    let parts = from
        .children(&fact.id)
        .flat_map(|part| std::iter::once(&part.id).chain(from.children(&part.id).map(|part| &part.id)));
    let mut dependents = parts.chain([&fact.id]).flat_map(|part| from.dependents(part));
    said(fact, "partition_bound").is_some()
        && dependents.any(|id| {
            let is_of_another = |found: &Fact| found.derived && found.parent.as_ref() != Some(&fact.id);
            id.kind == Kind::Constraint && from.get(id).is_some_and(is_of_another)
        })
}

/// Whether a table can be made as a partition at once: it has no column that its parent has not given it.
fn is_made_as_partition(fact: &Fact, to: &Side<'_>) -> bool {
    let has_index_of_parent = |index: &Fact| to.needs(&index.id).any(|needed| needed.kind == Kind::Index);
    let own = to.own(&fact.id, Kind::Index).chain(
        to.own(&fact.id, Kind::Constraint)
            .flat_map(|constraint| to.children(&constraint.id))
            .filter(|part| part.id.kind == Kind::Index),
    );
    fact.attributes.contains_key("partition_bound")
        && to.own(&fact.id, Kind::Column).next().is_none()
        // The server takes an index that is there for the parent's only when the table joins with it.
        && !own.into_iter().any(has_index_of_parent)
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
