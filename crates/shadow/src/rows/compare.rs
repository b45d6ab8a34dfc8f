//! Compares the rows of two pictures.
//!
//! Must not mind what only one of them has: the difference of the catalogs says that.

use crate::rows::change::RowChange;
use crate::rows::meaning::{canonical, is_part};
use crate::rows::picture::{ColumnType, Picture, TableRows, described};

/// The changes of the rows that were there before. Rows that were added are none.
///
/// Tables and columns are matched by the server's numbers, so that a new name is no change; by name where two of them have
/// swapped their names or one was made again. Values are compared by meaning where the type changed.
pub fn compare(before: &Picture, after: &Picture) -> Vec<RowChange> {
    let mut changes = Vec::new();
    let names = |picture: &'_ Picture| -> Vec<(u32, String)> {
        picture.tables.iter().map(|(number, table)| (*number, table.name.clone())).collect()
    };
    let (former, now) = (names(before), names(after));
    for (place, (number, _)) in former.iter().enumerate() {
        let table = &before.tables[number];
        let as_partition = after.tables.values().find(|other| other.partitions.contains(number));
        let found = as_partition.or_else(|| Some(&after.tables[&now[counterpart(place, &former, &now)?].0]));
        let Some(other) = found.filter(|other| !table.is_incomplete && !other.is_incomplete) else {
            continue;
        };
        let is_same_table = after.tables.get(number).is_some_and(|same| std::ptr::eq(same, other));
        let mut rows = Rows::new([table, other], is_same_table);
        for partition in table.partitions.iter().filter_map(|number| after.tables.get(number)) {
            rows.add(partition);
        }
        changes.extend(rows.changes());
    }
    changes.extend(moved_sequences(before, after));
    changes.sort();
    changes
}

/// The place of a thing among those of a later time.
fn counterpart<K: PartialEq>(place: usize, before: &[(K, String)], after: &[(K, String)]) -> Option<usize> {
    let (number, name) = &before[place];
    let same = after.iter().position(|(other, _)| other == number);
    let named = after.iter().position(|(_, other)| other == name);
    let has_swapped = |named: &usize| before.iter().any(|(other, _)| *other == after[*named].0);
    match same {
        Some(same) => Some(named.filter(has_swapped).unwrap_or(same)),
        None => named,
    }
}

/// A column before and after, and its places in the rows.
struct Pair<'a> {
    former: &'a ColumnType,
    now: &'a ColumnType,
    places: [usize; 2],
}

impl Pair<'_> {
    fn text(&self, row: &[Option<String>], side: usize) -> Option<String> {
        let value = row.get(self.places[side])?.as_ref()?;
        Some(canonical([&self.former.below, &self.now.below], value))
    }

    fn is_same(&self, rows: [&[Option<String>]; 2]) -> bool {
        let [from, to] = [self.text(rows[0], 0), self.text(rows[1], 1)];
        from == to
            || self.former.is_composite
                && self.now.is_composite
                && matches!((&from, &to), (Some(from), Some(to)) if is_part(from, to))
    }
}

/// The rows of a table before and after, without those that are the same.
struct Rows<'a> {
    table: &'a TableRows,
    pairs: Vec<Pair<'a>>,
    former: Vec<&'a [Option<String>]>,
    now: Vec<&'a [Option<String>]>,
    /// Rows in places that the table's rows may have moved to.
    elsewhere: Vec<&'a TableRows>,
}

impl<'a> Rows<'a> {
    fn new([table, other]: [&'a TableRows; 2], is_same_table: bool) -> Self {
        let numbered = |columns: &[ColumnType], offset: i32| -> Vec<(i32, String)> {
            columns.iter().map(|column| (i32::from(column.number) + offset, column.name.clone())).collect()
        };
        let former = numbered(&table.columns, 0);
        let now = numbered(&other.columns, if is_same_table { 0 } else { 1 << 20 });
        let pair = |place: usize| {
            let to = counterpart(place, &former, &now)?;
            Some(Pair { former: &table.columns[place], now: &other.columns[to], places: [place, to] })
        };
        let pairs = (0..former.len()).filter_map(pair).collect();
        let rows = |table: &'a TableRows| table.rows.iter().map(Vec::as_slice).collect();
        Self { table, pairs, former: rows(table), now: rows(other), elsewhere: Vec::new() }
    }

    /// Adds a table that was a partition.
    fn add(&mut self, partition: &'a TableRows) {
        self.elsewhere.push(partition);
    }

    fn changes(mut self) -> Vec<RowChange> {
        if self.pairs.is_empty() {
            return Vec::new();
        }
        self.remove_same();
        self.remove_detached();
        let is_each_there = self.former.len() <= self.now.len();
        let mut gone = Vec::new();
        let mut changed: Vec<Vec<[Option<String>; 2]>> = vec![Vec::new(); self.pairs.len()];
        for row in std::mem::take(&mut self.former) {
            let likeness = |other: &[Option<String>]| {
                let is_like = |pair: &&Pair| row[pair.places[0]].is_some() && pair.is_same([row, other]);
                self.pairs.iter().filter(is_like).count()
            };
            let best =
                self.now.iter().enumerate().map(|(place, other)| (likeness(other), usize::MAX - place)).max();
            let Some((_, place)) = best.filter(|(likeness, _)| is_each_there || *likeness > 0) else {
                gone.push(row);
                continue;
            };
            let other = self.now.remove(usize::MAX - place);
            for (pair, values) in self.pairs.iter().zip(&mut changed) {
                if !pair.is_same([row, other]) {
                    values.push([row[pair.places[0]].clone(), other[pair.places[1]].clone()]);
                }
            }
        }
        self.described(&gone, changed)
    }

    fn remove_same(&mut self) {
        let mut left = Vec::new();
        let pairs = &self.pairs;
        let keys = |row: &[Option<String>], side| -> Vec<Option<String>> {
            pairs.iter().map(|pair| pair.text(row, side)).collect()
        };
        let mut others: std::collections::BTreeMap<Vec<Option<String>>, Vec<&[Option<String>]>> =
            std::collections::BTreeMap::new();
        for row in self.now.drain(..) {
            others.entry(keys(row, 1)).or_default().push(row);
        }
        for row in self.former.drain(..) {
            if others.get_mut(&keys(row, 0)).and_then(Vec::pop).is_none() {
                left.push(row);
            }
        }
        self.former = left;
        self.now = others.into_values().flatten().collect();
    }

    /// Rows that went with a partition are still in it.
    fn remove_detached(&mut self) {
        for partition in &self.elsewhere {
            let place =
                |column: &ColumnType| partition.columns.iter().position(|own| own.name == column.name);
            let places: Vec<(usize, usize)> =
                self.pairs.iter().filter_map(|pair| Some((pair.places[0], place(pair.former)?))).collect();
            let is_in = |row: &&[Option<String>]| {
                partition.rows.iter().any(|other| places.iter().all(|(own, its)| row[*own] == other[*its]))
            };
            self.former.retain(|row| !is_in(row));
        }
    }

    fn described(
        &self,
        gone: &[&[Option<String>]],
        changed: Vec<Vec<[Option<String>; 2]>>,
    ) -> Vec<RowChange> {
        let table = self.table.name.clone();
        let mut found = Vec::new();
        if let Some(first) = gone.first() {
            let example = described(&self.table.columns, first);
            found.push(RowChange::RowsGone { table: table.clone(), rows: gone.len(), example });
        }
        for (pair, values) in self.pairs.iter().zip(changed).filter(|(_, values)| !values.is_empty()) {
            found.push(RowChange::ValueChanged {
                table: table.clone(),
                column: quoted(&pair.former.name),
                types: [pair.former.kind.clone(), pair.now.kind.clone()],
                values,
            });
        }
        found
    }
}

/// Sequences that serve no column and will give values again that they have given.
fn moved_sequences(before: &Picture, after: &Picture) -> Vec<RowChange> {
    let names = |picture: &Picture| -> Vec<(u32, String)> {
        picture.sequences.iter().map(|(number, found)| (*number, found.name.clone())).collect()
    };
    let (former, now) = (names(before), names(after));
    let moved = |place: usize| {
        let from = &before.sequences[&former[place].0];
        let to = &after.sequences[&now[counterpart(place, &former, &now)?].0];
        let is_back = if from.counts_down { to.next > from.next } else { to.next < from.next };
        (is_back && from.counts_down == to.counts_down)
            .then(|| RowChange::SequenceMovedBack { sequence: from.name.clone(), next: [from.next, to.next] })
    };
    (0..former.len()).filter_map(moved).collect()
}

/// A name as the server's `quote_ident` writes it, which the names of losses come from.
fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|letter: char| letter.is_ascii_lowercase() || letter == '_')
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    if is_plain { name.to_owned() } else { crosstrack_database::quote_identifier(name) }
}
