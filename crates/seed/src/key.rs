//! The key by which a row of the file is known in the table, in the pieces of SQL that select and compare it.
//!
//! It must not send anything.

use crate::declared::Seed;
use crate::query;
use crate::table::Column;

/// The key of a file.
pub(crate) struct Key {
    parts: Vec<Part>,
    nulls_are_equal: bool,
}

struct Part {
    /// The column, or the expression in brackets.
    sql: String,
    equality: String,
}

impl Key {
    /// The declared key.
    pub(crate) fn new(seed: &Seed, columns: &[Column], nulls_are_equal: bool) -> Self {
        let part = |key: &String| {
            let column = columns.iter().find(|column| column.name == *key);
            let equality = column.map_or("=", |column| column.equality.as_str()).to_owned();
            Part { sql: query::key(key), equality }
        };
        Self { parts: seed.key.iter().map(part).collect(), nulls_are_equal }
    }

    /// The parts: `"id", (lower(email))`.
    pub(crate) fn list(&self) -> String {
        self.parts.iter().map(|part| part.sql.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The parts under names that no column of a table has.
    pub(crate) fn named(&self) -> String {
        let named = self.parts.iter().enumerate();
        let named = named.map(|(index, part)| format!("{} AS crosstrack_key_{index}", part.sql));
        named.collect::<Vec<_>>().join(", ")
    }

    /// The condition that the row in scope has the key of the row `other`, which has it under those names.
    pub(crate) fn equals(&self, other: &str) -> String {
        let same = self.parts.iter().enumerate().map(|(index, Part { sql, equality })| {
            let key = format!("{other}.crosstrack_key_{index}");
            let same = format!("{sql} {equality} {key}");
            if self.nulls_are_equal { format!("({same} OR ({sql} IS NULL AND {key} IS NULL))") } else { same }
        });
        same.collect::<Vec<_>>().join(" AND ")
    }

    /// The condition that the key of the row in scope can be in the table twice: a part of it is null.
    pub(crate) fn identifies_nothing(&self) -> String {
        if self.nulls_are_equal {
            return "false".to_owned();
        }
        let nulls = self.parts.iter().map(|part| format!("{} IS NULL", part.sql));
        nulls.collect::<Vec<_>>().join(" OR ")
    }
}
