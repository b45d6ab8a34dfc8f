//! The constraints of tables and the indexes that rows can contradict.
//!
//! Must not name what a partitioned table has beside its own constraint for each partition: a foreign key to one has a row in the
//! catalog for each partition of the referenced table, and none of these is a demand.

use crosstrack_database::{QueryError, Row};

use super::{Relation, text};

/// A constraint of a table or an index, which rows can contradict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its name.
    pub(crate) name: String,
    /// The table.
    pub(crate) table: Relation,
    /// What it demands.
    pub(crate) demand: Demand,
    /// Whether it holds for the rows that are there, too.
    pub(crate) is_valid: bool,
}

/// The demand of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Demand {
    /// An expression is not false.
    Check { expression: String, is_inherited: bool },
    /// Columns, by their numbers, point to a row of another table.
    Reference { columns: Vec<i16>, table: Relation, referenced: Vec<i16>, matches_full: bool },
    /// Expressions are not equal in two rows, among those for which the predicate holds.
    Unique { keys: Vec<String>, predicate: Option<String>, nulls_are_equal: bool },
    /// Not all of the operators hold between the expressions of two rows.
    Exclusion { keys: Vec<String>, operators: Vec<String>, predicate: Option<String> },
    /// Expressions have a value.
    Computable { keys: Vec<String>, predicate: Option<String> },
}

pub(super) const CONSTRAINTS: &str = "
SELECT 'constraint' AS what, k.oid AS number, k.conrelid AS parent, k.contype AS kind, k.convalidated AS is_valid,
    quote_ident(k.conname) AS name, CASE k.contype WHEN 'c' THEN pg_get_expr(k.conbin, k.conrelid) END AS expression,
    NOT k.connoinherit AS is_inherited, k.confrelid AS referenced_table, array_to_string(k.conkey, ',') AS columns,
    array_to_string(k.confkey, ',') AS referenced, k.confmatchtype = 'f' AS matches_full
FROM relation c JOIN pg_constraint k ON k.conrelid = c.oid
WHERE k.contype IN ('c', 'f')
    AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = k.conparentid AND p.conrelid = k.conrelid)";

pub(super) const INDEXES: &str = "
SELECT 'index' AS what, i.indexrelid AS number, i.indrelid AS parent, quote_ident(x.relname) AS name,
    CASE WHEN i.indisexclusion THEN 'x' WHEN i.indisunique THEN 'u' ELSE 'e' END AS kind, i.indisvalid AS is_valid,
    coalesce(pg_get_expr(i.indpred, i.indrelid), '') AS predicate,
    coalesce(to_jsonb(i)->>'indnullsnotdistinct', 'false') = 'true' AS nulls_are_equal,
    array_to_string(ARRAY(SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n), chr(31)) AS keys,
    array_to_string(ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname) FROM pg_constraint k
        CROSS JOIN unnest(k.conexclop) WITH ORDINALITY u(operator, place) JOIN pg_operator o ON o.oid = u.operator
        JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE k.conindid = i.indexrelid AND k.conrelid = i.indrelid ORDER BY u.place),
        chr(31)) AS operators
FROM relation c JOIN pg_index i ON i.indrelid = c.oid JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indisunique OR i.indisexclusion OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL";

pub(super) fn read(word: &str, row: &Row) -> Result<Option<Rule>, QueryError> {
    let demand = if word == "index" { of_index(row)? } else { of_constraint(row)? };
    let (table, name, is_valid) =
        (row.number("parent")?, row.text("name")?.to_owned(), row.truth("is_valid")?);
    Ok(demand.map(|demand| Rule { name, table, demand, is_valid }))
}

fn of_index(row: &Row) -> Result<Option<Demand>, QueryError> {
    let (keys, predicate) = (list(row.text("keys")?), text(row, "predicate")?);
    Ok(Some(match row.text("kind")? {
        "x" => Demand::Exclusion { keys, operators: list(row.text("operators")?), predicate },
        "u" => Demand::Unique { keys, predicate, nulls_are_equal: row.truth("nulls_are_equal")? },
        _ => Demand::Computable { keys, predicate },
    }))
}

fn of_constraint(row: &Row) -> Result<Option<Demand>, QueryError> {
    if row.text("kind")? == "c" {
        let (expression, is_inherited) = (row.text("expression")?.to_owned(), row.truth("is_inherited")?);
        return Ok(Some(Demand::Check { expression, is_inherited }));
    }
    let (Some(columns), Some(referenced)) = (numbers(row.text("columns")?), numbers(row.text("referenced")?))
    else {
        return Ok(None);
    };
    let (table, matches_full) = (row.number("referenced_table")?, row.truth("matches_full")?);
    Ok(Some(Demand::Reference { columns, table, referenced, matches_full }))
}

fn list(text: &str) -> Vec<String> {
    text.split('\u{1f}').map(str::to_owned).collect()
}

fn numbers(list: &str) -> Option<Vec<i16>> {
    list.split(',').map(|number| number.parse().ok()).collect()
}
