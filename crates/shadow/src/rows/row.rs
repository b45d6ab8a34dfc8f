//! The statements that may put a row into a table, in the order in which they are tried.
//!
//! Must not run them. A statement names only the columns that it gives a value; the rest take their default or null.

use std::collections::BTreeMap;

use crosstrack_database::quote_identifier;

use crate::rows::group::{Group, Grouping};
use crate::rows::shape::{Column, Form, Shape, Table};
use crate::rows::value::Samples;

/// The rows that a table gets.
const ROWS: usize = 3;
/// The most rows, where an enum has that many labels.
const MOST_ROWS: usize = 8;
/// The attempts with as few columns as possible, after the others were refused.
const FALLBACKS: usize = 6;

/// The statements for a table.
#[derive(Debug)]
pub(crate) struct Attempts {
    /// The rows after which no more statements are tried.
    pub(crate) wanted: usize,
    /// Queries for values that checks accept, whose answers are the statements' first parameter.
    pub(crate) queries: Vec<String>,
    pub(crate) statements: Vec<String>,
}

/// The way to a row: its place, and whether it has only the columns that it must have.
#[derive(Clone, Copy)]
struct Way {
    row: usize,
    is_minimal: bool,
}

/// A table that is about to get rows.
pub(crate) struct Writer<'a> {
    shape: &'a Shape,
    table: &'a Table,
    /// The foreign keys that find no row yet.
    open: &'a [usize],
    samples: BTreeMap<i16, Vec<String>>,
    groups: Vec<Group>,
}

impl<'a> Writer<'a> {
    /// Prepares the values.
    pub(crate) fn new(shape: &'a Shape, table: &'a Table, open: &'a [usize]) -> Self {
        let named = table.columns.values().filter(|column| !column.is_made_by_server);
        let samples = named.map(|column| (column.number, Samples { shape, column }.values())).collect();
        let mut writer = Self { shape, table, open, samples, groups: Vec::new() };
        let keys = [0, 1, 2].map(|row| writer.foreign_values(row));
        writer.groups = Grouping { shape, table, samples: &writer.samples, keys }.connect();
        writer
    }

    /// All statements.
    pub(crate) fn attempts(&self) -> Attempts {
        let wanted = self.wanted();
        let usual = (0..wanted).map(|row| Way { row, is_minimal: false });
        let minimal = (0..FALLBACKS).map(|row| Way { row, is_minimal: true });
        let ways = usual.chain(minimal);
        let queries = self.groups.iter().map(|group| group.query.clone()).collect();
        Attempts { wanted, queries, statements: ways.map(|way| self.statement(way)).collect() }
    }

    fn wanted(&self) -> usize {
        let labels =
            |column: &Column| match self.shape.types.get(&column.kind.number).map(|found| &found.form) {
                Some(Form::Enum(labels)) => {
                    labels.len() + usize::from(column.has_default) + usize::from(!column.is_required)
                }
                _ => 0,
            };
        let most = self.table.columns.values().map(labels).max().unwrap_or_default();
        most.clamp(ROWS, MOST_ROWS)
    }

    fn statement(&self, way: Way) -> String {
        let keys = self.foreign_values(way.row);
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in self.table.columns.values().filter(|column| !column.is_made_by_server) {
            let value = match self.passing(column, way) {
                Some(value) => Some(value),
                None => self.value(column, way, keys.get(&column.number)),
            };
            if let Some(value) = value {
                names.push(quote_identifier(&column.name));
                values.push(value);
            }
        }
        if names.is_empty() {
            return format!("INSERT INTO {} DEFAULT VALUES", self.table.name);
        }
        format!("INSERT INTO {} ({}) SELECT {}", self.table.name, names.join(", "), values.join(", "))
    }

    /// The value of a column that checks connect with others: of the combinations that passed, which the first parameter has, or
    /// of its type where they could not be asked for.
    fn passing(&self, column: &Column, way: Way) -> Option<String> {
        let is_of = |group: &Group| group.columns.contains(&column.number);
        let place = self.groups.iter().position(is_of)?;
        let part = self.groups[place].columns.iter().position(|number| *number == column.number)?;
        let (group, row, kind) = (place + 1, way.row, &column.kind.text);
        let samples = &self.samples[&column.number];
        let sample = samples.get(row % samples.len().max(1)).map_or("NULL", String::as_str);
        Some(format!(
            "CASE WHEN coalesce(jsonb_array_length($1[{group}]), 0) = 0 THEN {sample} \
             ELSE ($1[{group}] -> ({row} % jsonb_array_length($1[{group}])) ->> {part})::{kind} END"
        ))
    }

    /// The value of a column that no check connects; nothing where the row leaves it out.
    fn value(&self, column: &Column, way: Way, key: Option<&String>) -> Option<String> {
        if way.is_minimal && (!column.is_required || column.has_default) {
            return None;
        }
        let takes_null = !way.is_minimal && way.row == 2 && !column.is_required;
        if takes_null {
            return column.has_default.then(|| "NULL".to_owned());
        }
        if let Some(key) = key {
            return Some(key.clone());
        }
        if !way.is_minimal && way.row == 0 && column.has_default {
            return None;
        }
        let samples = &self.samples[&column.number];
        let is_enum =
            matches!(self.shape.types.get(&column.kind.number).map(|found| &found.form), Some(Form::Enum(_)));
        let left_out = usize::from(column.has_default) + usize::from(!column.is_required && way.row > 2);
        let place = if is_enum && !way.is_minimal { way.row - left_out.min(way.row) } else { way.row };
        samples.get(place % samples.len().max(1)).cloned()
    }

    /// The values of the columns of foreign keys: those of one row of the parent, null where there is none yet.
    fn foreign_values(&self, row: usize) -> BTreeMap<i16, String> {
        let mut values: BTreeMap<i16, String> = BTreeMap::new();
        for (place, key) in self.table.foreign_keys.iter().enumerate() {
            let is_open = self.open.contains(&place);
            let pairs = || key.columns.iter().zip(&key.parent_columns);
            let shared: Vec<String> = pairs()
                .filter_map(|(column, name)| Some((values.get(column)?, name)))
                .map(|(value, name)| format!("p.{} = {value}", quote_identifier(name)))
                .collect();
            let condition = if shared.is_empty() { "true".to_owned() } else { shared.join(" AND ") };
            for (column, name) in pairs() {
                let Some(own) = self.table.columns.get(column) else { continue };
                if values.contains_key(column) || is_open && own.is_required {
                    continue;
                }
                let parent = &key.parent_name;
                let value = if is_open {
                    "NULL".to_owned()
                } else {
                    format!(
                        "(SELECT p.{} FROM {parent} p WHERE {condition} ORDER BY p.tableoid, p.ctid LIMIT 1 \
                         OFFSET {row} % (SELECT greatest(count(*), 1) FROM {parent} p WHERE {condition}))",
                        quote_identifier(name)
                    )
                };
                values.insert(*column, value);
            }
        }
        values
    }
}
