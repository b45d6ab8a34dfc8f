//! The tables that statements can reach: those that they name, what inherits from these, and what their foreign keys refer to.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Row, Session};

use crate::rows::scope::{self, Tables};

/// The numbers of the tables that are named, of those that inherit from them, and of all that the foreign keys of these refer to.
///
/// # Errors
/// When the catalog cannot be read or the connection breaks.
pub async fn related(
    session: &Session,
    tables: &Tables,
    is_named: impl Fn(&str) -> bool,
) -> Result<BTreeSet<u32>, QueryError> {
    let sql = format!(
        "{}WITH {} SELECT c.oid, c.relname AS name, \
         array_to_string(ARRAY(SELECT confrelid FROM pg_constraint WHERE conrelid = c.oid AND contype = 'f'), ' ') AS parents, \
         array_to_string(ARRAY(SELECT inhparent FROM pg_inherits WHERE inhrelid = c.oid), ' ') AS bases FROM own c",
        scope::PREPARE,
        tables.own()
    );
    let rows = session.rows("find the tables of a script", &sql).await?;
    let relations: Vec<Relation> = rows.iter().map(Relation::read).collect::<Result<_, _>>()?;
    let named = relations.iter().filter(|relation| is_named(&relation.name)).map(|relation| relation.number);
    let mut heirs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut parents: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for relation in &relations {
        for base in &relation.bases {
            heirs.entry(*base).or_default().push(relation.number);
        }
        parents.entry(relation.number).or_default().extend(&relation.parents);
    }
    Ok(closure(closure(named.collect(), &heirs), &parents))
}

/// A table with what it depends on.
struct Relation {
    number: u32,
    name: String,
    parents: Vec<u32>,
    bases: Vec<u32>,
}

impl Relation {
    fn read(row: &Row) -> Result<Self, QueryError> {
        let numbers = |name: &str| -> Result<Vec<u32>, QueryError> {
            Ok(row.text(name)?.split_whitespace().filter_map(|number| number.parse().ok()).collect())
        };
        let (parents, bases) = (numbers("parents")?, numbers("bases")?);
        Ok(Self { number: row.number("oid")?, name: row.text("name")?.to_owned(), parents, bases })
    }
}

fn closure(mut reached: BTreeSet<u32>, edges: &BTreeMap<u32, Vec<u32>>) -> BTreeSet<u32> {
    let mut open: Vec<u32> = reached.iter().copied().collect();
    while let Some(number) = open.pop() {
        for next in edges.get(&number).into_iter().flatten() {
            if reached.insert(*next) {
                open.push(*next);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::closure;

    #[test]
    fn what_is_reached_over_others_belongs_to_it_also_in_a_circle() {
        let edges = BTreeMap::from([(1, vec![2]), (2, vec![3, 1]), (4, vec![5])]);
        assert_eq!(closure(BTreeSet::from([1]), &edges), BTreeSet::from([1, 2, 3]));
        assert_eq!(closure(BTreeSet::from([9]), &edges), BTreeSet::from([9]));
    }
}
