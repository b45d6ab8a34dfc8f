//! The rows of the database's tables as the statements of a plan have them: each change of columns is a query around the former one.
//!
//! Must not stand for rows that the plan itself writes: those tables are marked.

use std::collections::{BTreeMap, BTreeSet};

use super::Change;
use super::conversion::{self, Target, target};
use super::question::{Form, Question};
use crate::rehearse::measured::Before;
use crate::rehearse::observe::{Column, Relation, Seen};
use crate::rehearse::words::{constant, conversions, first_word, unquoted};

/// The columns of a table after a change, computed from those before it.
#[derive(Clone, Debug)]
struct Layer {
    /// The name by which expressions may call the table.
    alias: String,
    items: Vec<String>,
    /// The condition that a row meets that is still there.
    condition: Option<String>,
}

/// The tables of the database, as far as the plan has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    layers: BTreeMap<Relation, Vec<Layer>>,
    written: BTreeSet<Relation>,
    emptied: BTreeSet<Relation>,
}

/// A table to be asked.
pub(super) struct Table<'a> {
    pub(super) number: Relation,
    /// Its name in the database, as SQL text.
    pub(super) name: &'a str,
    kind: &'a str,
    is_certain: bool,
}

impl Tables {
    /// A table that the database had before the plan and that the plan has not emptied.
    pub(super) fn table<'a>(&self, change: Change<'a>, number: Relation) -> Option<Table<'a>> {
        let stored = Before(change.before).table(number)?;
        let parts = change.second.descendants(number);
        let is_certain = parts.is_disjoint(&self.written);
        let table = Table { number, name: &stored.name, kind: &stored.kind, is_certain };
        (!self.emptied.contains(&number)).then_some(table)
    }

    /// Whether the plan may have written a table.
    pub(super) fn is_written(&self, number: Relation) -> bool {
        self.written.contains(&number)
    }

    /// The rows of a table and of all that belongs to it, for `FROM`, under the table's own name.
    pub(super) fn rows(&self, change: Change<'_>, table: &Table<'_>) -> String {
        let alias = change.second.relations.get(&table.number).map_or("rows", |stored| &stored.bare_name);
        self.rows_as(table, alias, false)
    }

    /// The rows that the table itself holds, which is all that an index or a foreign key is about.
    pub(super) fn own_rows(&self, change: Change<'_>, table: &Table<'_>) -> String {
        let alias = change.second.relations.get(&table.number).map_or("rows", |stored| &stored.bare_name);
        self.rows_as(table, alias, true)
    }

    /// The rows under a name.
    pub(super) fn rows_as(&self, table: &Table<'_>, alias: &str, is_alone: bool) -> String {
        let only = if is_alone && table.kind == "r" { "ONLY " } else { "" };
        let mut rows = format!("{only}{}", table.name);
        for layer in self.layers.get(&table.number).into_iter().flatten() {
            let kept = layer.condition.as_ref().map_or(String::new(), |text| format!(" WHERE {text}"));
            rows = format!("(SELECT {} FROM {rows} AS {}{kept})", layer.items.join(", "), layer.alias);
        }
        format!("{rows} AS {alias}")
    }

    /// Takes over what a statement did.
    pub(super) fn apply(&mut self, change: Change<'_>) {
        let tables =
            change.second.relations.keys().filter(|number| change.before.relations.contains_key(number));
        for number in tables {
            let layers = layers(change, *number);
            if !layers.is_empty() {
                self.layers.entry(*number).or_default().extend(layers);
            }
        }
        if first_word(change.statement) == "truncate" {
            self.empty(change);
        }
        if first_word(change.statement) == "refresh" {
            let views = change.before.relations.iter().filter(|(_, stored)| stored.kind == "m");
            self.written.extend(views.map(|(number, _)| *number));
        }
        match plain_rows(change) {
            Some((number, layer)) => {
                self.layers.entry(number).or_default().push(layer);
                let others = change.referencing(&BTreeSet::from([number]));
                self.written.extend(others.into_iter().filter(|other| *other != number));
            }
            None => self.written.extend(change.written()),
        }
    }

    fn empty(&mut self, change: Change<'_>) {
        let is_emptied = |number: &Relation| {
            let (first, second) = (change.first.relations.get(number), change.second.relations.get(number));
            matches!((first, second), (Some(first), Some(second)) if first.file != second.file)
        };
        self.emptied.extend(change.second.relations.keys().copied().filter(is_emptied));
        let whole = change.second.relations.iter().filter(|(_, stored)| stored.kind == "p");
        let whole: Vec<Relation> = whole.map(|(number, _)| *number).collect();
        for number in whole {
            let parts = change.second.descendants(number);
            let mut leaves = parts
                .iter()
                .filter(|part| change.second.relations.get(part).is_some_and(|stored| stored.kind != "p"));
            if parts.len() > 1 && leaves.all(|leaf| self.emptied.contains(leaf)) {
                self.emptied.insert(number);
            }
        }
    }
}

/// The rows of a table after a plain `UPDATE` or `DELETE`, which each row decides by itself.
fn plain_rows(change: Change<'_>) -> Option<(Relation, Layer)> {
    let (number, changed) = change.changed_rows()?;
    let condition = changed.condition.as_deref().unwrap_or("true");
    let mut items = Vec::new();
    for (_, column) in columns(change.second, number) {
        let value = changed.values.iter().find(|(name, _)| *name == unquoted(&column.name));
        items.push(match value {
            None => column.name.clone(),
            Some((_, expression)) => {
                let Target::Named(text) = target(change, column.type_number, &column.type_text) else {
                    return None;
                };
                let name = &column.name;
                format!("CASE WHEN {condition} THEN ({expression})::{text} ELSE {name} END AS {name}")
            }
        });
    }
    let is_deleted = changed.values.is_empty();
    let condition = is_deleted.then(|| format!("({condition}) IS NOT TRUE"));
    Some((number, Layer { alias: changed.alias, items, condition }))
}

impl Table<'_> {
    /// Whether no statement of the plan writes it before.
    pub(super) fn is_certain(&self) -> bool {
        self.is_certain
    }

    /// A question about the table's rows.
    pub(super) fn question(&self, topic: String, subject: String, form: Form) -> Question {
        Question {
            table: self.number,
            table_name: self.name.to_owned(),
            topic,
            subject,
            form,
            is_certain: self.is_certain,
            ..Question::default()
        }
    }
}

/// The columns of a table in the order of their numbers.
fn columns(seen: &Seen, table: Relation) -> impl Iterator<Item = (i16, &Column)> {
    seen.columns.range((table, 0)..=(table, i16::MAX)).map(|((_, number), column)| (*number, column))
}

/// The queries that lead from the columns before a statement to those after it: generated columns are computed from the others.
fn layers(change: Change<'_>, table: Relation) -> Vec<Layer> {
    let (Some(former), Some(latter)) =
        (change.first.relations.get(&table), change.second.relations.get(&table))
    else {
        return Vec::new();
    };
    let shape =
        |seen| columns(seen, table).map(|(number, column)| (number, shape(column))).collect::<Vec<_>>();
    if shape(change.first) == shape(change.second) {
        return Vec::new();
    }
    let is_generated = |number: i16, column: &Column| {
        let former = change.first.columns.get(&(table, number));
        let is_same = former.is_some_and(|former| {
            former.expression == column.expression && !conversion::differs(former, column)
        });
        column.is_generated && !is_same
    };
    let mut stored = Vec::new();
    let mut generated = Vec::new();
    for (number, column) in columns(change.second, table) {
        if is_generated(number, column) {
            generated.push(added(change, column).map(|value| format!("{value} AS {}", column.name)));
            continue;
        }
        let value = match change.first.columns.get(&(table, number)) {
            Some(former) if conversion::differs(former, column) => converted(change, former, column),
            Some(former) => Some(former.name.clone()),
            None => added(change, column),
        };
        stored.extend(value.map(|value| (format!("{value} AS {}", column.name), column.name.clone())));
    }
    let names = stored.iter().map(|(_, name)| name.clone());
    let computed: Vec<String> = names.chain(generated.into_iter().flatten()).collect();
    let first = Layer {
        alias: former.bare_name.clone(),
        condition: None,
        items: stored.iter().map(|(item, _)| item.clone()).collect(),
    };
    let is_computed = computed.len() > stored.len();
    let second =
        is_computed.then(|| Layer { alias: latter.bare_name.clone(), items: computed, condition: None });
    std::iter::once(first).chain(second).collect()
}

/// The part of a column on which the values of rows depend that are there.
fn shape(column: &Column) -> (&str, u32, &str, Option<&String>) {
    let expression = column.expression.as_ref().filter(|_| column.is_generated);
    (&column.name, column.type_number, &column.type_text, expression)
}

fn converted(change: Change<'_>, former: &Column, column: &Column) -> Option<String> {
    let value = conversion::value(former, conversions(change.statement).as_ref()).ok()?;
    match target(change, column.type_number, &column.type_text) {
        Target::Named(text) => Some(format!("({value})::{text}")),
        Target::Labels { .. } => {
            let operand = conversion::operand(change, &value).ok()?;
            Some(format!("({operand})::text"))
        }
        Target::Unknown => None,
    }
}

/// The value that a column gets in rows that are there; nothing where the database cannot compute it.
fn added(change: Change<'_>, column: &Column) -> Option<String> {
    let expression = conversion::added_expression(change, column);
    let Target::Named(text) = target(change, column.type_number, &column.type_text) else {
        // The text of a value stands for a value of a type that the database does not have.
        return Some(match expression {
            Some(expression) => format!("{}::text", constant(&expression)?),
            None => "NULL::text".to_owned(),
        });
    };
    if takes_numbers(column) {
        return Some(format!("(row_number() OVER ())::{text}"));
    }
    match expression {
        Some(expression) => {
            conversion::readable(change, &expression).ok()?;
            Some(format!("({expression})::{text}"))
        }
        None => Some(format!("NULL::{text}")),
    }
}

/// Whether a column gets its values from a sequence, which a rehearsal must not advance.
pub(super) fn takes_numbers(column: &Column) -> bool {
    let is_next = |text: &String| text.starts_with("nextval(") && text.ends_with("::regclass)");
    column.is_identity || column.expression.as_ref().is_some_and(is_next)
}
