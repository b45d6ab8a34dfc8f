//! The foreign keys that were left open because of a cycle: they refer to rows once all tables have some.
//!
//! Must not touch a row that was there before. A row whose key must refer to another and does not is removed.

use crosstrack_database::quote_identifier;

use crate::rows::fill::{Job, Triggers};
use crate::rows::order::{Turn, is_optional};
use crate::rows::shape::{ForeignKey, Shape, Table};

/// The jobs for the open keys of tables that got rows just now.
pub(crate) fn repairs(shape: &Shape, turns: &[Turn], fresh: &[u32]) -> Vec<Job> {
    let mut jobs = Vec::new();
    for turn in turns.iter().filter(|turn| fresh.contains(&turn.table)) {
        let table = &shape.tables[&turn.table];
        for key in turn.open.iter().map(|place| &table.foreign_keys[*place]) {
            let is_required = !is_optional(table, key);
            let mut statements = vec![referring(table, key, key.parent == turn.table && !is_required)];
            if is_required {
                statements.push(without_parent(table, key));
            }
            jobs.push(Job {
                table: turn.table,
                name: table.name.clone(),
                source: "SELECT 0".to_owned(),
                wanted: usize::MAX >> 1,
                triggers: if is_required { Triggers::Off } else { Triggers::OnThenOff },
                queries: Vec::new(),
                statements,
            });
        }
    }
    jobs
}

/// The first row refers to the parent's first, and so on; in a table that refers to itself, to the one before it.
fn referring(table: &Table, key: &ForeignKey, refers_to_before: bool) -> String {
    let pairs: Vec<(String, String)> = pairs(table, key);
    let assigned: Vec<String> =
        pairs.iter().map(|(column, parent)| format!("{column} = m.{parent}")).collect();
    let parents: Vec<String> = pairs.iter().map(|(_, parent)| format!("p.{parent}")).collect();
    let step = i32::from(refers_to_before);
    format!(
        "UPDATE {name} AS t SET {} FROM (SELECT c.tableoid AS part, c.ctid AS place, \
         row_number() OVER (ORDER BY c.tableoid, c.ctid) AS number FROM {name} c) x \
         JOIN (SELECT {}, row_number() OVER (ORDER BY p.tableoid, p.ctid) AS crosstrack_number FROM {} p) m \
         ON m.crosstrack_number = x.number - {step} WHERE t.tableoid = x.part AND t.ctid = x.place",
        assigned.join(", "),
        parents.join(", "),
        key.parent_name,
        name = table.name,
    )
}

fn without_parent(table: &Table, key: &ForeignKey) -> String {
    let pairs = pairs(table, key);
    let same: Vec<String> = pairs.iter().map(|(column, parent)| format!("p.{parent} = t.{column}")).collect();
    format!(
        "DELETE FROM {} AS t WHERE NOT EXISTS (SELECT FROM {} p WHERE {})",
        table.name,
        key.parent_name,
        same.join(" AND ")
    )
}

/// The columns with those of the parent, as SQL text.
fn pairs(table: &Table, key: &ForeignKey) -> Vec<(String, String)> {
    let columns = key.columns.iter().filter_map(|number| table.columns.get(number));
    columns
        .zip(&key.parent_columns)
        .map(|(column, parent)| (quote_identifier(&column.name), quote_identifier(parent)))
        .collect()
}
