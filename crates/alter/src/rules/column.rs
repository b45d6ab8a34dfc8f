//! The columns of tables, and the attributes of composite types.

use crosstrack_catalog::{Fact, Id, Kind, last_part};

use super::column_type;
use super::sequence;
use super::storage::{reset_and_set, set};
use crate::expression;
use crate::family::{heirs, origin};
use crate::node::Parts;
use crate::online;
use crate::options::options;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};
use crate::succession::{room_for, succession};
use crosstrack_loss::Loss;

pub(crate) struct Columns;

impl Rule for Columns {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let Some(parent) = &fact.parent else { return Vec::new() };
        if parent.kind == Kind::CompositeType {
            let sql = format!(
                "ALTER TYPE {} ADD ATTRIBUTE {}{}",
                parent.name,
                attribute(fact),
                cascade(parent, to)
            );
            return vec![Statement::new(sql)];
        }
        let default = parts.default_of(&fact.id);
        let mut added = Statement::new(format!(
            "ALTER TABLE {} ADD COLUMN {}",
            parent.name,
            definition(fact, to, default)
        ));
        let is_filled = default.is_some() || fact.attributes.contains_key("identity");
        let is_computed = ["identity", "generated"].iter().any(|name| fact.attributes.contains_key(name));
        if said(fact, "nullable") == Some("false") && !is_filled && !fact.attributes.contains_key("generated")
        {
            added = added.with(Hazard::FailsOnRows);
        }
        if is_computed || default.is_some_and(is_volatile) {
            added = added.with(Hazard::Rewrite);
        }
        std::iter::once(added).chain(manners(fact)).collect()
    }

    fn drop(&self, fact: &Fact, from: &Side<'_>) -> Vec<Statement> {
        let Some(parent) = &fact.parent else { return Vec::new() };
        let (place, name) = (parent.name.clone(), fact.id.own_name());
        if parent.kind == Kind::CompositeType {
            let gone =
                Statement::new(format!("ALTER TYPE {place} DROP ATTRIBUTE {name}{}", cascade(parent, from)));
            return vec![gone.loses(Loss::Column { table: place, column: name.to_owned(), of_table: false })];
        }
        let gone =
            Statement::new(format!("ALTER TABLE {place} DROP COLUMN {name}")).with(Hazard::BreaksPrograms);
        if said(fact, "generated").is_some() {
            return vec![gone];
        }
        let mut gone = gone.loses(Loss::Column { table: place, column: name.to_owned(), of_table: true });
        // A partition's values are its parent's; those of a child are its own.
        let has_own = |id: &Id| {
            from.get(id)
                .and_then(|column| from.parent(column))
                .is_some_and(|table| said(table, "partition_bound").is_none())
        };
        for heir in heirs(from, &fact.id).filter(has_own) {
            let table = crosstrack_catalog::before_last(&heir.name).to_owned();
            gone = gone.loses(Loss::Column { table, column: name.to_owned(), of_table: true });
        }
        vec![gone]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let Some(parent) = &change.after.parent else { return Alter::Statements(Vec::new()) };
        if parent.kind == Kind::CompositeType {
            return Alter::Statements(altered_attribute(change, parent));
        }
        // Only an expression that goes can be altered; one that comes makes another column.
        if matches!(change.of("generated"), Some(Some(_))) {
            return Alter::Replace;
        }
        let is_generated = said(change.before, "generated").is_some();
        if is_generated && (change.is_retyped || change.touches(&["type", "collation"])) {
            return Alter::Replace;
        }
        Alter::Statements(altered(change, parent))
    }
}

/// A column as it stands in a list: name, type and what holds for it from its beginning.
pub(crate) fn definition(fact: &Fact, to: &Side<'_>, default: Option<&Fact>) -> String {
    let mut sql = attribute(fact);
    if let Some(compression) = said(fact, "compression") {
        sql += &format!(" COMPRESSION {compression}");
    }
    if let Some(options) = said(fact, "foreign_options") {
        sql += &format!(" {}", super::foreign::clause(options));
    }
    if let Some(generated) = said(fact, "generated") {
        let (expression, form) = generated.rsplit_once(' ').unwrap_or((generated, "stored"));
        sql +=
            &format!(" GENERATED ALWAYS AS ({}) {}", expression::readable(expression), form.to_uppercase());
    }
    if let Some(identity) = said(fact, "identity") {
        sql += &format!(" GENERATED {} AS IDENTITY{}", identity.to_uppercase(), identity_options(fact, to));
    }
    if let Some(expression) = default.and_then(|default| said(default, "expression")) {
        sql += &format!(" DEFAULT {}", expression::readable(expression));
    }
    if said(fact, "nullable") == Some("false") && said(fact, "identity").is_none() {
        sql += " NOT NULL";
    }
    sql
}

/// What a typed table says of a column that its type does not.
pub(crate) fn options_of_typed(fact: &Fact, default: Option<&Fact>) -> Option<String> {
    let mut options = String::new();
    if let Some(expression) = default.and_then(|default| said(default, "expression")) {
        options += &format!(" DEFAULT {}", expression::readable(expression));
    }
    if said(fact, "nullable") == Some("false") {
        options += " NOT NULL";
    }
    (!options.is_empty()).then(|| format!("{} WITH OPTIONS{options}", fact.id.own_name()))
}

/// Name and type.
pub(crate) fn attribute(fact: &Fact) -> String {
    let mut sql = format!("{} {}", fact.id.own_name(), said(fact, "type").unwrap_or_default());
    if let Some(collation) = said(fact, "collation") {
        sql += &format!(" COLLATE {collation}");
    }
    sql
}

/// What a column is told after it is there.
pub(crate) fn manners(fact: &Fact) -> Vec<Statement> {
    let Some(column) = column_of(fact) else { return Vec::new() };
    let mut statements = Vec::new();
    if let Some(storage) = said(fact, "storage") {
        statements.push(Statement::new(format!("{column} SET STORAGE {}", storage.to_uppercase())));
    }
    if let Some(target) = said(fact, "statistics_target") {
        statements.push(Statement::new(format!("{column} SET STATISTICS {target}")));
    }
    if let Some(options) = said(fact, "options") {
        statements.push(Statement::new(format!("{column} SET {}", set(options))));
    }
    statements
}

/// In what a column that a table has from its parent is unlike the parent's.
pub(crate) fn unlike_origin(fact: &Fact, to: &Side<'_>) -> Vec<Statement> {
    let (Some(origin), Some(column)) = (origin(fact, to), column_of(fact)) else { return Vec::new() };
    let mut own = fact.clone();
    own.attributes.retain(|name, text| said(origin, name) != Some(text));
    let mut statements = manners(&own);
    if said(&own, "nullable") == Some("false") {
        statements.push(Statement::new(format!("{column} SET NOT NULL")));
    }
    statements
}

fn column_of(fact: &Fact) -> Option<String> {
    let parent = fact.parent.as_ref()?;
    let word = if parent.kind == Kind::ForeignTable { "FOREIGN TABLE" } else { "TABLE" };
    Some(format!("ALTER {word} {} ALTER COLUMN {}", parent.name, fact.id.own_name()))
}

/// The sequence of an identity column, where it is not as it would be by itself.
fn identity_options(fact: &Fact, to: &Side<'_>) -> String {
    let Some(sequence) = to.children(&fact.id).find(|part| part.id.kind == Kind::Sequence) else {
        return String::new();
    };
    let mut options = Vec::new();
    if sequence.id.name != sequence::usual_name(fact) {
        options.push(format!("SEQUENCE NAME {}", sequence.id.name));
    }
    options.extend(sequence::options(sequence));
    if options.is_empty() { String::new() } else { format!(" ({})", options.join(" ")) }
}

/// Whether a default has to be computed for each row that is there.
fn is_volatile(default: &Fact) -> bool {
    let expression = said(default, "expression").unwrap_or_default();
    ["nextval(", "random()", "gen_random_uuid()", "uuid_generate", "clock_timestamp()"]
        .iter()
        .any(|function| expression.contains(function))
}

fn altered_attribute(change: &Change<'_>, parent: &Id) -> Vec<Statement> {
    let (fact, name) = (change.after, change.after.id.own_name());
    let mut sql = format!(
        "ALTER TYPE {} ALTER ATTRIBUTE {name} TYPE {}",
        parent.name,
        said(fact, "type").unwrap_or_default()
    );
    if let Some(collation) = said(fact, "collation") {
        sql += &format!(" COLLATE {collation}");
    }
    vec![Statement::new(sql + cascade(parent, change.from))]
}

/// The tables of a type are to follow it.
fn cascade(parent: &Id, side: &Side<'_>) -> &'static str {
    let has_tables = side.dependents(parent).any(|id| id.kind == Kind::Table);
    if has_tables { " CASCADE" } else { "" }
}

/// In the order in which the server accepts them.
fn altered(change: &Change<'_>, parent: &Id) -> Vec<Statement> {
    let Some(column) = column_of(change.after) else { return Vec::new() };
    let mut statements = Vec::new();
    if matches!(change.of("identity"), Some(None)) {
        let sequence = change.from.children(&change.before.id).find(|part| part.id.kind == Kind::Sequence);
        let gone = Statement::new(format!("{column} DROP IDENTITY"));
        let goes_on = succession(change.from, change.to, &change.before.id).is_some();
        statements.push(match sequence.filter(|_| !goes_on) {
            Some(sequence) => gone.loses(Loss::Sequence { sequence: sequence.id.name.clone() }),
            None => gone,
        });
    }
    if matches!(change.of("generated"), Some(None)) {
        statements.push(Statement::new(format!("{column} DROP EXPRESSION")));
    }
    // What a table has from its parent is of the parent's type.
    if !change.after.derived && (change.is_retyped || change.touches(&["type", "collation"])) {
        statements.push(column_type::changed(change, parent, &column));
    }
    match change.of("nullable") {
        Some(Some("false")) => {
            let mut strict = Statement::new(format!("{column} SET NOT NULL"));
            strict.online = online::not_null(change.after, &strict.sql, change.to);
            statements.push(strict.with(Hazard::Scan).with(Hazard::FailsOnRows));
        }
        Some(_) => statements.push(Statement::new(format!("{column} DROP NOT NULL"))),
        None => {}
    }
    statements.extend(identity(change, &column));
    statements.extend(manners_changed(change, &column));
    statements
}

/// What the sequence of an identity needs to be the one of another name.
fn sequence_renamed(change: &Change<'_>) -> Vec<Statement> {
    let (from, to) = (change.from, change.to);
    let sequence =
        |side: &Side<'_>, id: &Id| side.children(id).find(|part| part.id.kind == Kind::Sequence).cloned();
    let former = sequence(from, &change.before.id);
    let Some((former, latter)) = former.zip(sequence(to, &change.after.id)) else { return Vec::new() };
    if former.id == latter.id {
        return Vec::new();
    }
    let name = last_part(&latter.id.name);
    let mut statements = vec![Statement::new(format!("ALTER SEQUENCE {} RENAME TO {name}", former.id.name))];
    let settings = Change { before: &former, after: &latter, from, to, is_retyped: false };
    if let Alter::Statements(settings) = sequence::Sequences.alter(&settings) {
        statements.extend(settings);
    }
    statements
}

/// An identity that comes goes on after the highest number that is there.
fn identity(change: &Change<'_>, column: &str) -> Vec<Statement> {
    let Some(identity) = said(change.after, "identity") else { return Vec::new() };
    let words = identity.to_uppercase();
    if said(change.before, "identity").is_some() {
        let generated =
            change.of("identity").map(|_| Statement::new(format!("{column} SET GENERATED {words}")));
        return generated.into_iter().chain(sequence_renamed(change)).collect();
    }
    let options = identity_options(change.after, change.to);
    let sequence = change.to.children(&change.after.id).find(|part| part.id.kind == Kind::Sequence);
    let added = Statement::new(format!("{column} ADD GENERATED {words} AS IDENTITY{options}"));
    let id = &change.after.id;
    let Some(succession) = succession(change.from, change.to, id) else {
        let goes_on = sequence.map(|sequence| sequence::go_on(sequence, id, None));
        return std::iter::once(added).chain(goes_on).collect();
    };
    let (former, renamed) = room_for(&succession);
    let mut statements: Vec<Statement> = renamed.into_iter().chain([added]).collect();
    statements.push(sequence::take_over(&succession, id, &former));
    if succession.ends_with_identity(change.to) {
        statements.push(Statement::new(format!("DROP SEQUENCE {former}")));
    }
    statements
}

fn manners_changed(change: &Change<'_>, column: &str) -> Vec<Statement> {
    let mut statements = Vec::new();
    if let Some(storage) = change.of("storage") {
        // The storage that a type has by itself has no name before version 16.
        let storage = storage.map_or_else(|| usual_storage(change.after), str::to_uppercase);
        statements.push(Statement::new(format!("{column} SET STORAGE {storage}")));
    }
    if let Some(compression) = change.of("compression") {
        let compression = compression.unwrap_or("default");
        statements.push(Statement::new(format!("{column} SET COMPRESSION {compression}")));
    }
    if let Some(target) = change.of("statistics_target") {
        statements.push(Statement::new(format!("{column} SET STATISTICS {}", target.unwrap_or("-1"))));
    }
    if let Some(after) = change.of("options") {
        let before = options(said(change.before, "options").unwrap_or_default());
        statements.extend(reset_and_set(column, &before, &options(after.unwrap_or_default())));
    }
    if change.of("foreign_options").is_some() {
        statements.extend(super::foreign::changed(column, change, "foreign_options"));
    }
    statements
}

/// By <https://www.postgresql.org/docs/current/storage-toast.html>.
fn usual_storage(fact: &Fact) -> String {
    let name = said(fact, "type").unwrap_or_default();
    let is_fixed = ["integer", "bigint", "smallint", "boolean", "uuid", "date", "real", "double precision"]
        .contains(&name)
        || name.starts_with("timestamp");
    match name {
        _ if is_fixed => "PLAIN".to_owned(),
        _ if name.starts_with("numeric") || name == "inet" || name == "cidr" => "MAIN".to_owned(),
        _ => "EXTENDED".to_owned(),
    }
}
