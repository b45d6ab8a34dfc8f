//! What a statement did, from what its session saw before and after it.
//!
//! Must not say a word about what the plan itself has made: nobody uses that yet.

use std::collections::{BTreeMap, BTreeSet};

use crate::rehearse::observe::{Relation, Seen, Stored};

/// What a lock keeps others from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Nobody writes.
    AgainstWrites,
    /// Nobody reads or writes.
    AgainstReads,
}

/// A lock on a table that the database already has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableLock {
    /// The table, as SQL text.
    pub table: String,
    /// The mode, in PostgreSQL's word: `AccessExclusiveLock`.
    pub mode: String,
    /// What it keeps others from.
    pub strength: Strength,
}

/// An index that is built over the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexBuild {
    /// The index, as SQL text.
    pub index: String,
    /// Its table, as SQL text.
    pub table: String,
}

/// What a statement did to what the database already has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// The strong locks that it took and that were not held already; of a table the strongest.
    pub locks: Vec<TableLock>,
    /// The tables that were written anew.
    pub rewrites: Vec<String>,
    /// The tables that were emptied.
    pub emptied: Vec<String>,
    /// The indexes that were built.
    pub builds: Vec<IndexBuild>,
    /// The tables that were read from beginning to end, beside those that were written anew or of which an index was built.
    pub scans: Vec<String>,
    /// The tables whose rows it may write.
    pub writes: Vec<String>,
}

/// The modes that keep others from writing, by <https://www.postgresql.org/docs/current/explicit-locking.html>.
const STRONG: [(&str, Strength); 4] = [
    ("ShareLock", Strength::AgainstWrites),
    ("ShareRowExclusiveLock", Strength::AgainstWrites),
    ("ExclusiveLock", Strength::AgainstWrites),
    ("AccessExclusiveLock", Strength::AgainstReads),
];

/// What the database was before the plan, by the server's numbers.
pub(crate) struct Before<'a>(pub(crate) &'a Seen);

impl<'a> Before<'a> {
    /// The table of this number, if the database had it before the plan.
    pub(crate) fn table(&self, relation: Relation) -> Option<&'a Stored> {
        self.0.relations.get(&relation).filter(|stored| ["r", "p", "m"].contains(&stored.kind.as_str()))
    }

    fn name(&self, relation: Relation) -> Option<String> {
        self.table(relation).map(|stored| stored.name.clone())
    }

    /// What a statement did between two looks. `empties` says that it is a `TRUNCATE`.
    pub(crate) fn effects(&self, (first, second): (&Seen, &Seen), empties: bool) -> Effects {
        let is_elsewhere = |(relation, stored): &(&Relation, &Stored)| {
            first.relations.get(relation).is_some_and(|former| former.file != stored.file)
        };
        let moved: BTreeSet<Relation> =
            second.relations.iter().filter(is_elsewhere).map(|(relation, _)| *relation).collect();
        let moved_tables: Vec<String> = moved.iter().filter_map(|relation| self.name(*relation)).collect();
        let builds = if empties { Vec::new() } else { self.builds((first, second), &moved) };
        let is_said =
            |name: &String| moved_tables.contains(name) || builds.iter().any(|build| build.table == *name);
        let scans = second.relations.iter().filter(|(relation, stored)| {
            stored.scans > first.relations.get(relation).map_or(0, |former| former.scans)
        });
        let scans: Vec<String> = scans.filter_map(|(relation, _)| self.name(*relation)).collect();
        let taken: Vec<&(Relation, String)> = second.locks.difference(&first.locks).collect();
        let writes = taken.iter().filter(|(_, mode)| mode == "RowExclusiveLock");
        Effects {
            locks: self.strongest(&taken),
            scans: scans.into_iter().filter(|name| !is_said(name)).collect(),
            writes: writes.filter_map(|(relation, _)| self.name(*relation)).collect(),
            rewrites: if empties { Vec::new() } else { moved_tables.clone() },
            emptied: if empties { moved_tables } else { Vec::new() },
            builds,
        }
    }

    /// Indexes that are new, or that have another file, over tables that were there; a name that was there before stands for the same.
    fn builds(&self, (first, second): (&Seen, &Seen), moved: &BTreeSet<Relation>) -> Vec<IndexBuild> {
        let is_built =
            |relation: &Relation| !first.relations.contains_key(relation) || moved.contains(relation);
        let indexes =
            second.relations.iter().filter(|(relation, stored)| stored.kind == "i" && is_built(relation));
        let builds = indexes.filter_map(|(_, stored)| {
            let table = self.name(stored.table?)?;
            Some(IndexBuild { index: stored.name.clone(), table })
        });
        builds.collect()
    }

    /// The strong locks, of each table the strongest.
    fn strongest(&self, taken: &[&(Relation, String)]) -> Vec<TableLock> {
        let mut strongest: BTreeMap<String, (usize, TableLock)> = BTreeMap::new();
        for (relation, mode) in taken {
            let Some(rank) = STRONG.iter().position(|(strong, _)| strong == mode) else { continue };
            let Some(table) = self.name(*relation) else { continue };
            let lock = TableLock { table: table.clone(), mode: mode.clone(), strength: STRONG[rank].1 };
            let entry = strongest.entry(table).or_insert((rank, lock.clone()));
            if entry.0 < rank {
                *entry = (rank, lock);
            }
        }
        strongest.into_values().map(|(_, lock)| lock).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Before, Strength};
    use crate::rehearse::observe::{Seen, Stored};

    fn seen(relations: &[(u32, &str, &str, &str, Option<u32>)], locks: &[(u32, &str)]) -> Seen {
        let mut seen = Seen::default();
        for (number, name, kind, file, table) in relations {
            let stored = Stored {
                name: (*name).into(),
                bare_name: (*name).into(),
                has_triggers: false,
                kind: (*kind).into(),
                file: (*file).into(),
                table: *table,
                scans: 0,
            };
            seen.relations.insert(*number, stored);
        }
        seen.locks = locks.iter().map(|(relation, mode)| (*relation, (*mode).to_owned())).collect();
        seen
    }

    #[test]
    fn what_the_plan_has_made_itself_is_not_said() {
        let before = seen(&[(1, "public.old", "r", "1", None)], &[]);
        let after = seen(
            &[
                (1, "public.old", "r", "7", None),
                (2, "public.new", "r", "2", None),
                (3, "public.old_x", "i", "3", Some(1)),
                (4, "public.new_x", "i", "4", Some(2)),
            ],
            &[
                (1, "ShareLock"),
                (1, "AccessExclusiveLock"),
                (2, "AccessExclusiveLock"),
                (1, "AccessShareLock"),
            ],
        );
        let effects = Before(&before).effects((&before, &after), false);
        assert_eq!(effects.rewrites, ["public.old"]);
        assert_eq!(effects.builds.len(), 1);
        assert_eq!(effects.builds[0].index, "public.old_x");
        assert_eq!(effects.locks.len(), 1);
        assert_eq!(
            (effects.locks[0].mode.as_str(), effects.locks[0].strength),
            ("AccessExclusiveLock", Strength::AgainstReads)
        );
    }

    #[test]
    fn a_lock_that_is_held_already_is_said_once() {
        let before = seen(&[(1, "public.old", "r", "1", None)], &[]);
        let first = seen(&[(1, "public.old", "r", "1", None)], &[(1, "AccessExclusiveLock")]);
        assert!(Before(&before).effects((&first, &first), false).locks.is_empty());
    }

    #[test]
    fn an_emptied_table_is_not_called_written_anew() {
        let before = seen(&[(1, "public.old", "r", "1", None)], &[]);
        let after = seen(&[(1, "public.old", "r", "2", None)], &[]);
        let effects = Before(&before).effects((&before, &after), true);
        assert_eq!((effects.rewrites.len(), effects.emptied), (0, vec!["public.old".to_owned()]));
    }
}
