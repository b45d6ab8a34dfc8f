//! The order in which tables get rows: parents first.
//!
//! Must not fail on a cycle: a foreign key in it is left open, one that may be null if there is one.

use std::collections::BTreeSet;

use crate::rows::shape::{ForeignKey, Shape, Table};

/// A table in the order, and the foreign keys of it that find no rows of their parent yet.
#[derive(Debug)]
pub(crate) struct Turn {
    pub(crate) table: u32,
    /// Their places among the table's foreign keys.
    pub(crate) open: Vec<usize>,
}

/// All tables in order.
pub(crate) fn turns(shape: &Shape) -> Vec<Turn> {
    let mut left: Vec<u32> = shape.tables.keys().copied().collect();
    let mut waiting: BTreeSet<u32> = left.iter().copied().collect();
    let mut turns = Vec::new();
    while !left.is_empty() {
        let has_rows = |key: &ForeignKey| !waiting.contains(&key.parent);
        let is_ready = |table: &u32| shape.tables[table].foreign_keys.iter().all(has_rows);
        let mut ready: Vec<u32> = left.iter().copied().filter(is_ready).collect();
        if ready.is_empty() {
            let may_begin = |number: &u32| {
                let table = &shape.tables[number];
                table.foreign_keys.iter().all(|key| has_rows(key) || is_optional(table, key))
            };
            let refers_to_itself_only = |number: &u32| {
                let keys = &shape.tables[number].foreign_keys;
                keys.iter().all(|key| has_rows(key) || key.parent == *number)
            };
            let first = left.iter().find(|table| refers_to_itself_only(table));
            ready.extend(first.or_else(|| left.iter().find(|table| may_begin(table))).or(left.first()));
        }
        for table in &ready {
            let keys = shape.tables[table].foreign_keys.iter().enumerate();
            let open =
                keys.filter(|(_, key)| waiting.contains(&key.parent)).map(|(place, _)| place).collect();
            turns.push(Turn { table: *table, open });
        }
        left.retain(|table| !ready.contains(table));
        for table in ready {
            waiting.remove(&table);
        }
    }
    turns
}

/// Without a value the key refers to no row.
pub(crate) fn is_optional(table: &Table, key: &ForeignKey) -> bool {
    key.columns.iter().any(|column| table.columns.get(column).is_some_and(|column| !column.is_required))
}

#[cfg(test)]
mod tests {
    use super::turns;
    use crate::rows::shape::{Column, ForeignKey, Shape, Table, TypeUse};

    fn table(keys: &[(u32, bool)]) -> Table {
        let mut table = Table::default();
        for (number, (parent, is_required)) in (1..).zip(keys) {
            let kind = TypeUse { number: 23, modifier: -1, text: "integer".into() };
            let name = format!("c{number}");
            let (has_default, is_made_by_server) = (false, false);
            let column =
                Column { number, name, kind, is_required: *is_required, has_default, is_made_by_server };
            table.columns.insert(number, column);
            table.foreign_keys.push(ForeignKey {
                columns: vec![number],
                parent: *parent,
                parent_name: String::new(),
                parent_columns: vec!["id".into()],
            });
        }
        table
    }

    fn order(tables: &[&[(u32, bool)]]) -> Vec<(u32, usize)> {
        let tables = (1..).zip(tables).map(|(number, keys)| (number, table(keys))).collect();
        let shape = Shape { tables, ..Shape::default() };
        turns(&shape).into_iter().map(|turn| (turn.table, turn.open.len())).collect()
    }

    #[test]
    fn parents_come_first() {
        assert_eq!(order(&[&[(2, true)], &[(3, true)], &[]]), [(3, 0), (2, 0), (1, 0)]);
    }

    #[test]
    fn a_cycle_begins_with_a_key_that_may_be_null() {
        assert_eq!(order(&[&[(2, true)], &[(1, false)]]), [(2, 1), (1, 0)]);
        assert_eq!(order(&[&[(2, true)], &[(1, true)]]), [(1, 1), (2, 0)]);
        assert_eq!(order(&[&[(1, true)]]), [(1, 1)]);
    }
}
