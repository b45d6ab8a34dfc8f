//! The state that a session sees between two statements: its locks, where tables are stored, what was read as a whole, and the columns,
//! constraints, partitions, types and routines.
//!
//! Must run on the rehearsed session: no other session sees what is not committed.

mod column;
mod definition;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_database::{QueryError, Row, Session};

pub(crate) use column::Column;
pub(crate) use definition::{DomainRule, Routine, TypeDefinition, TypeKind};
pub(crate) use rule::{Demand, Rule};

/// A relation by the server's number of it.
pub(crate) type Relation = u32;

/// The first number that the server gives to an object of a user.
pub(crate) const FIRST_OF_USERS: u32 = 16384;

/// A table, an index or a materialized view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// Its name without the schema, as SQL text.
    pub(crate) bare_name: String,
    /// The server's letter for its kind.
    pub(crate) kind: String,
    /// The file in which it is; nothing for a partitioned one.
    pub(crate) file: String,
    /// The table that it is an index of.
    pub(crate) table: Option<Relation>,
    /// Whether a trigger or a rule may do more than a statement says.
    pub(crate) has_triggers: bool,
    /// How often it was read from its beginning to its end.
    pub(crate) scans: i64,
}

/// The state that a session sees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) relations: BTreeMap<Relation, Stored>,
    pub(crate) columns: BTreeMap<(Relation, i16), Column>,
    pub(crate) rules: BTreeMap<(String, u32), Rule>,
    /// The constraints of partitions, as SQL text.
    pub(crate) partitions: BTreeMap<Relation, String>,
    /// Tables with a table that they inherit from or are a partition of.
    pub(crate) parents: BTreeSet<(Relation, Relation)>,
    pub(crate) types: BTreeMap<u32, TypeDefinition>,
    pub(crate) domain_rules: BTreeMap<u32, DomainRule>,
    pub(crate) routines: BTreeMap<u32, Routine>,
    /// Calls of `set_config` that give another session the settings by which this one reads texts and names.
    pub(crate) settings: String,
    /// The locks that the session holds, by relation and mode.
    pub(crate) locks: BTreeSet<(Relation, String)>,
}

impl Seen {
    /// A table and everything that it inherits from or is a partition of.
    pub(crate) fn lineage(&self, relation: Relation) -> BTreeSet<Relation> {
        self.reached(relation, |(child, parent)| (child, parent))
    }

    /// A table, its partitions and what inherits from it.
    pub(crate) fn descendants(&self, relation: Relation) -> BTreeSet<Relation> {
        self.reached(relation, |(child, parent)| (parent, child))
    }

    fn reached(
        &self,
        relation: Relation,
        step: impl Fn((Relation, Relation)) -> (Relation, Relation),
    ) -> BTreeSet<Relation> {
        let mut reached = BTreeSet::from([relation]);
        loop {
            let steps = self.parents.iter().map(|pair| step(*pair));
            let next: Vec<Relation> = steps
                .filter(|(from, to)| reached.contains(from) && !reached.contains(to))
                .map(|(_, to)| to)
                .collect();
            if next.is_empty() {
                return reached;
            }
            reached.extend(next);
        }
    }
}

/// The relations that are looked at.
const RELATION: &str = "
WITH relation AS (SELECT c.*, format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'crosstrack')
";

const RELATIONS: &str = "
SELECT 'relation' AS what, c.oid AS number, c.relkind AS kind, coalesce(pg_relation_filenode(c.oid)::text, '') AS file,
    coalesce(i.indrelid::text, '') AS parent, c.name, quote_ident(c.relname) AS bare_name,
    c.relhasrules OR EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) AS has_triggers,
    coalesce(pg_stat_get_xact_numscans(c.oid), 0) + coalesce(pg_stat_get_numscans(c.oid), 0) AS scans
FROM relation c LEFT JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relkind IN ('r', 'p', 'm', 'i', 'I')";

const LOCKS: &str = "
SELECT 'lock' AS what, l.relation AS number, l.mode FROM pg_locks l
WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted AND l.relation >= 16384";

const PARENTS: &str = "
SELECT 'parent' AS what, i.inhrelid AS number, i.inhparent AS parent,
    coalesce(CASE WHEN c.relispartition THEN pg_get_partition_constraintdef(c.oid) END, '') AS expression
FROM relation c JOIN pg_inherits i ON i.inhrelid = c.oid WHERE c.relkind IN ('r', 'p')";

/// The settings on which the meaning of a text or of a name depends.
const SETTINGS: &str = "
SELECT 'settings' AS what, 0 AS number, string_agg(format('set_config(%L, %L, true)', name, current_setting(name)), ', ') AS expression
FROM unnest(ARRAY['search_path', 'TimeZone', 'DateStyle', 'IntervalStyle', 'standard_conforming_strings']) AS name";

/// Sees everything in one round trip. The locks come first: the other queries take some.
pub(crate) async fn observe(session: &Session) -> Result<Seen, QueryError> {
    let queries = [LOCKS, SETTINGS, definition::TYPES, definition::DOMAIN_RULES, definition::ROUTINES];
    let of_relations = [RELATIONS, PARENTS, column::COLUMNS, rule::CONSTRAINTS, rule::INDEXES];
    let of_relations = of_relations.map(|query| format!("{RELATION}{query}"));
    let sql = format!("{};{}", queries.join(";"), of_relations.join(";"));
    let mut seen = Seen::default();
    for row in session.rows("see what a statement did", &sql).await? {
        take(&mut seen, &row)?;
    }
    Ok(seen)
}

fn take(seen: &mut Seen, row: &Row) -> Result<(), QueryError> {
    let number: u32 = row.number("number")?;
    match row.text("what")? {
        "relation" => drop(seen.relations.insert(number, stored(row)?)),
        "lock" => drop(seen.locks.insert((number, row.text("mode")?.to_owned()))),
        "parent" => {
            seen.parents.insert((number, row.number("parent")?));
            if let Some(constraint) = text(row, "expression")? {
                seen.partitions.insert(number, constraint);
            }
        }
        "settings" => row.text("expression")?.clone_into(&mut seen.settings),
        "column" => drop(seen.columns.insert((number, row.number("attribute")?), column::read(row)?)),
        "type" => drop(seen.types.insert(number, definition::read_type(row)?)),
        "domain rule" => drop(seen.domain_rules.insert(number, definition::read_domain_rule(row)?)),
        "routine" => drop(seen.routines.insert(number, definition::read_routine(row)?)),
        word => {
            if let Some(rule) = rule::read(word, row)? {
                seen.rules.insert((word.to_owned(), number), rule);
            }
        }
    }
    Ok(())
}

fn stored(row: &Row) -> Result<Stored, QueryError> {
    Ok(Stored {
        name: row.text("name")?.to_owned(),
        bare_name: row.text("bare_name")?.to_owned(),
        kind: row.text("kind")?.to_owned(),
        file: row.text("file")?.to_owned(),
        table: row.text("parent")?.parse().ok(),
        has_triggers: row.truth("has_triggers")?,
        scans: row.number("scans")?,
    })
}

/// A text that is not empty.
fn text(row: &Row, column: &str) -> Result<Option<String>, QueryError> {
    Ok(Some(row.text(column)?).filter(|text| !text.is_empty()).map(str::to_owned))
}
