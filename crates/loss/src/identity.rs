//! What is still there under another name: within one database the server knows a table and a column by numbers, which a new name
//! does not change.
//!
//! The numbers must not leave this file: they mean nothing in any other database.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Snapshot};

use crate::loss::Loss;

/// Which tables, views, sequences and columns are there, by the server's numbers.
#[derive(Clone, Debug, Default)]
pub struct Identities {
    /// The names of relations.
    relations: BTreeMap<u32, String>,
    /// The names of columns, by relation and number.
    columns: BTreeMap<(u32, i16), String>,
}

const RELATIONS: &str = "
SELECT c.oid::bigint AS relation, 0 AS number, format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'S') AND c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%'
UNION ALL
SELECT a.attrelid::bigint, a.attnum, format('%I', a.attname) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relkind IN ('r', 'p') AND c.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped";

impl Identities {
    /// Reads them.
    ///
    /// # Errors
    /// When the server refuses or the connection breaks.
    pub async fn read(snapshot: &Snapshot<'_>) -> Result<Self, QueryError> {
        let mut found = Self::default();
        for row in snapshot.rows("read what tables and columns there are", RELATIONS).await? {
            let (relation, number, name) =
                (row.number("relation")?, row.number("number")?, row.text("name")?);
            match number {
                0 => drop(found.relations.insert(relation, name.to_owned())),
                number => drop(found.columns.insert((relation, number), name.to_owned())),
            }
        }
        Ok(found)
    }

    fn relation(&self, name: &str) -> Option<u32> {
        self.relations.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
    }

    fn column(&self, relation: u32, name: &str) -> Option<i16> {
        let mut columns = self.columns.range((relation, 0)..=(relation, i16::MAX));
        columns.find(|(_, known)| *known == name).map(|((_, number), _)| *number)
    }

    /// Whether what is said to be lost has only another name afterwards.
    fn is_only_renamed(&self, loss: &Loss, after: &Self) -> bool {
        match loss {
            Loss::Table { table: name }
            | Loss::MaterializedView { view: name }
            | Loss::Sequence { sequence: name } => {
                self.relation(name).is_some_and(|relation| after.relations.contains_key(&relation))
            }
            Loss::Column { table, column, .. } => {
                let number = self
                    .relation(table)
                    .and_then(|relation| Some((relation, self.column(relation, column)?)));
                number.is_some_and(|number| after.columns.contains_key(&number))
            }
            Loss::EnumValue { .. } | Loss::Narrowing { .. } | Loss::Extension { .. } => false,
        }
    }

    /// The columns that are gone of tables that have another name afterwards.
    fn columns_of_renamed(&self, after: &Self) -> Vec<Loss> {
        let mut losses = Vec::new();
        for ((relation, number), column) in &self.columns {
            let (Some(table), Some(now)) = (self.relations.get(relation), after.relations.get(relation))
            else {
                continue;
            };
            let is_made_again = || after.column(*relation, column).is_some();
            if table != now && !after.columns.contains_key(&(*relation, *number)) && !is_made_again() {
                losses.push(Loss::Column { table: table.clone(), column: column.clone(), of_table: true });
            }
        }
        losses
    }
}

/// The losses without those that are only new names, when both views are of one database.
pub fn without_renamed(losses: Vec<Loss>, before: &Identities, after: &Identities) -> Vec<Loss> {
    let mut left: BTreeSet<Loss> =
        losses.into_iter().filter(|loss| !before.is_only_renamed(loss, after)).collect();
    left.extend(before.columns_of_renamed(after));
    left.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{Identities, without_renamed};
    use crate::loss::Loss;

    fn identities(relations: &[(u32, &str)], columns: &[(u32, i16, &str)]) -> Identities {
        Identities {
            relations: relations.iter().map(|(number, name)| (*number, (*name).to_owned())).collect(),
            columns: columns.iter().map(|(of, number, name)| ((*of, *number), (*name).to_owned())).collect(),
        }
    }

    #[test]
    fn a_new_name_is_no_loss_and_what_goes_beside_it_is_one() {
        let before =
            identities(&[(1, "public.a"), (2, "public.b")], &[(1, 1, "x"), (1, 2, "y"), (2, 1, "z")]);
        let after = identities(&[(1, "public.c")], &[(1, 1, "x")]);
        let table = |table: &str| Loss::Table { table: table.into() };
        let left = without_renamed(vec![table("public.a"), table("public.b")], &before, &after);
        let said: Vec<String> = left.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["drops table public.b", "drops column public.a.y"]);
    }

    #[test]
    fn a_column_with_a_new_name_is_still_there() {
        let before = identities(&[(1, "public.a")], &[(1, 1, "x")]);
        let after = identities(&[(1, "public.a")], &[(1, 1, "y")]);
        let column = Loss::Column { table: "public.a".into(), column: "x".into(), of_table: true };
        assert!(without_renamed(vec![column], &before, &after).is_empty());
    }
}
