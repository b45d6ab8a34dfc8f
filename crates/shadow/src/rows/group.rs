//! Groups of columns that checks connect, and queries for combinations of values that pass them.
//!
//! Must not evaluate a check: the server does.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::quote_identifier;

use crate::rows::candidate::Constants;
use crate::rows::shape::{Column, Form, Shape, Table};

/// The combinations of values that a check is asked about.
const COMBINATIONS: usize = 6000;
/// The values of one column that a check is asked about.
const CANDIDATES: usize = 40;
/// The combinations that are kept of those that pass.
const PASSING: usize = 12;
/// The columns that checks may connect.
const CONNECTED: usize = 10;

/// Columns that checks connect.
pub(crate) struct Group {
    pub(crate) columns: BTreeSet<i16>,
    /// The answer is a JSON array of combinations, each an array of texts in the order of the columns.
    pub(crate) query: String,
}

/// A table whose columns are grouped.
pub(crate) struct Grouping<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) table: &'a Table,
    /// The values of each column's type.
    pub(crate) samples: &'a BTreeMap<i16, Vec<String>>,
    /// The values of foreign keys in some rows.
    pub(crate) keys: [BTreeMap<i16, String>; 3],
}

impl<'a> Grouping<'a> {
    /// The groups of columns that checks connect.
    pub(crate) fn connect(&self) -> Vec<Group> {
        let mut groups: Vec<(BTreeSet<i16>, Vec<String>)> = Vec::new();
        for (columns, expression) in self.conditions() {
            if columns.is_empty() || columns.iter().any(|column| !self.samples.contains_key(column)) {
                continue;
            }
            let (mut all, mut expressions) = (columns, vec![expression]);
            groups.retain_mut(|(others, more)| {
                let is_apart = others.is_disjoint(&all);
                if !is_apart {
                    all.append(others);
                    expressions.append(more);
                }
                is_apart
            });
            groups.push((all, expressions));
        }
        groups.retain(|(columns, _)| columns.len() <= CONNECTED);
        groups.into_iter().map(|(columns, expressions)| self.group(columns, &expressions)).collect()
    }

    /// The checks of the table and those of its columns' domains.
    fn conditions(&self) -> Vec<(BTreeSet<i16>, String)> {
        let mut found = Vec::new();
        for check in self.table.checks.iter().filter(|check| !check.expression.is_empty()) {
            let mut columns: BTreeSet<i16> = check.columns.iter().copied().collect();
            if columns.is_empty() {
                let is_named = |column: &&Column| names(&check.expression, &column.name);
                columns = self.table.columns.values().filter(is_named).map(|column| column.number).collect();
            }
            found.push((columns, check.expression.clone()));
        }
        for column in self.table.columns.values() {
            let mut kind = &column.kind;
            while let Some(Form::Domain { base, checks }) =
                self.shape.types.get(&kind.number).map(|found| &found.form)
            {
                let name = quote_identifier(&column.name);
                let about = |check: &String| (BTreeSet::from([column.number]), with_value(check, &name));
                found.extend(checks.iter().map(about));
                kind = base;
            }
        }
        found
    }

    /// The nearest combinations come first, so that rows differ in every column.
    fn group(&self, columns: BTreeSet<i16>, expressions: &[String]) -> Group {
        let is_few = |limit: &usize| {
            u32::try_from(columns.len()).is_ok_and(|power| limit.saturating_pow(power) <= COMBINATIONS)
        };
        let limit = (2..=CANDIDATES).rev().find(is_few).unwrap_or(2);
        let constants = Constants::of(&expressions.join(" "));
        let (mut names, mut texts) = (Vec::new(), Vec::new());
        let (mut sources, mut places) = (Vec::new(), Vec::new());
        for (place, number) in columns.iter().enumerate() {
            let column = &self.table.columns[number];
            let name = quote_identifier(&column.name);
            let candidates = self.candidates(column, &columns, &constants);
            let rows = candidates.iter().take(limit).enumerate();
            let rows: Vec<String> = rows.map(|(row, value)| format!("({row}, {value})")).collect();
            sources.push(format!("(VALUES {}) AS source_{place}(place_{place}, {name})", rows.join(", ")));
            places.push(format!("place_{place}"));
            texts.push(format!("{name}::text"));
            names.push(name);
        }
        let conditions: Vec<String> =
            expressions.iter().map(|expression| format!("({expression}) IS NOT FALSE")).collect();
        let places = places.join(", ");
        let query = format!(
            "SELECT coalesce(jsonb_agg(jsonb_build_array({})), '[]') FROM (SELECT {} FROM {} WHERE {} ORDER BY greatest({places}) - least({places}), least({places}), {places} \
             LIMIT {PASSING}) passing",
            texts.join(", "),
            names.join(", "),
            sources.join(", "),
            conditions.join(" AND ")
        );
        Group { columns, query }
    }

    /// Values for a column in a check: of a parent's rows, of the check's constants, of its type; null is the second or third.
    fn candidates(&self, column: &Column, columns: &BTreeSet<i16>, constants: &Constants) -> Vec<String> {
        let kind = self.below(column);
        let mut values: Vec<String> = Vec::new();
        let keys = self.keys.iter().filter_map(|keys| keys.get(&column.number));
        values.extend(keys.map(|key| format!("{key}::{kind}")));
        if values.is_empty() {
            values = constants.values(self.shape, &column.kind);
            let samples = &self.samples[&column.number];
            let place = values.len().min(6);
            values.splice(place..place, samples.iter().take(4).cloned());
            // Of two columns that are compared, each may be the greater one.
            let is_like = |other: &&i16| {
                **other != column.number && self.table.columns[*other].kind.text == column.kind.text
            };
            let others = columns.iter().filter(is_like).flat_map(|other| self.samples[other].iter().take(3));
            values.extend(others.cloned());
            values.extend(samples.iter().skip(4).cloned());
        }
        let mut seen = BTreeSet::new();
        values.retain(|value| seen.insert(value.clone()));
        if !column.is_required {
            values.insert(values.len().min(2), format!("NULL::{kind}"));
        }
        values
    }

    /// The type of a column, or the one below a domain.
    fn below(&self, column: &'a Column) -> &'a str {
        let mut kind = &column.kind;
        while let Some(Form::Domain { base, .. }) =
            self.shape.types.get(&kind.number).map(|found| &found.form)
        {
            kind = base;
        }
        &kind.text
    }
}

/// An expression has a name as a word of its own.
fn names(expression: &str, name: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    expression.match_indices(name).any(|(place, _)| {
        !expression[..place].ends_with(is_letter) && !expression[place + name.len()..].starts_with(is_letter)
    })
}

/// The condition of a domain for a column.
fn with_value(check: &str, name: &str) -> String {
    let mut text = String::new();
    for (place, part) in check.split('\'').enumerate() {
        let quote = if place == 0 { "" } else { "'" };
        text += quote;
        text += &if place % 2 == 0 { part.replace("VALUE", name) } else { part.to_owned() };
    }
    text
}
