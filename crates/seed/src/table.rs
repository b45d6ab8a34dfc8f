//! The table that a file fills, as the server describes it: its kind, its columns and their types.
//!
//! It must not change anything.

use crosstrack_database::{QueryError, Row, quote_literal};
use crosstrack_settings::did_you_mean;

use crate::declared::Seed;
use crate::error::SeedError;
use crate::mistake::RowProblem;
use crate::query;
use crate::read::SeedFile;
use crate::rows::{Form, Rows};

/// A column of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    /// The type as SQL writes it.
    pub(crate) data_type: String,
    pub(crate) form: Form,
    /// The operator that a unique index compares with, as SQL writes it. It may be outside of the search path, as that of `citext`.
    pub(crate) equality: String,
    /// The type is PostgreSQL's own: the same value always has the same bytes.
    pub(crate) is_built_in: bool,
    pub(crate) generation: Generation,
}

/// The origin of a column's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Generation {
    /// The row says it.
    None,
    /// `GENERATED ALWAYS AS IDENTITY`: may be given in a new row, and never changed.
    AlwaysIdentity,
    /// `GENERATED ALWAYS AS (...)`.
    Expression,
}

/// The kind of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Relation {
    /// It is a view: the rows are written into other tables.
    pub(crate) is_view: bool,
    /// `ON CONFLICT` works: no rule, `INSTEAD OF` trigger or other server stands between, and no table inherits from this one, whose
    /// indexes would not be asked.
    pub(crate) takes_on_conflict: bool,
    /// Two nulls are the same key.
    pub(crate) nulls_are_equal: bool,
}

/// The purpose of reading a table's columns.
pub(crate) const PURPOSE: &str = "read the columns of a seed's table";

/// Asks for the kind of a table; one that does not exist has no row.
pub(crate) fn relation_query(seed: &Seed) -> String {
    let keys: Vec<String> = seed.key.iter().map(|key| quote_literal(key)).collect();
    format!(
        "SELECT relkind, coalesce(pg_relation_is_updatable(oid, true) & 8 <> 0, false) AS is_insertable, \
         EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = pg_class.oid AND tgtype & 64 <> 0) \
         OR EXISTS (SELECT FROM pg_catalog.pg_rewrite WHERE ev_class = pg_class.oid AND ev_type IN ('2', '3')) \
         OR EXISTS (SELECT FROM pg_partition_tree(pg_class.oid) AS part \
         JOIN pg_catalog.pg_class AS foreign_part ON foreign_part.oid = part.relid WHERE foreign_part.relkind = 'f') \
         OR (relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE inhparent = pg_class.oid)) \
         AS is_diverted, EXISTS (SELECT FROM pg_catalog.pg_index AS i WHERE indrelid = pg_class.oid AND indisunique \
         AND coalesce((to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false) AND indpred IS NULL \
         AND ARRAY(SELECT attname::text FROM pg_catalog.pg_attribute WHERE attrelid = indrelid \
         AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1]) ORDER BY attname::text COLLATE \"C\") \
         = ARRAY(SELECT k FROM unnest(ARRAY[{}]::text[]) AS k ORDER BY k COLLATE \"C\")) AS nulls_are_equal \
         FROM pg_catalog.pg_class WHERE oid = to_regclass({})",
        keys.join(", "),
        quote_literal(&query::table(&seed.table))
    )
}

/// Reads the kind of a table that rows can be written into.
pub(crate) fn relation(file: &SeedFile, answer: &[Row]) -> Result<Relation, SeedError> {
    let Some(row) = answer.first() else { return Err(no_table(file)) };
    let refused = |source| SeedError::Query { file: file.seed.file.clone(), source };
    let truth = |column: &str| row.truth(column).map_err(refused);
    let kind = row.text("relkind").map_err(refused)?;
    let reason = match kind {
        "r" | "p" => None,
        "f" | "v" if truth("is_insertable")? => None,
        "f" => Some("a foreign table that takes no rows"),
        "v" => Some("a view that takes no rows: it has no `INSTEAD OF INSERT` trigger and is not updatable"),
        "m" => Some("a materialized view: its rows come from its query"),
        "S" => Some("a sequence"),
        _ => Some("not a table"),
    };
    if let Some(reason) = reason {
        return Err(SeedError::NotWritable { table: file.seed.table.clone(), reason });
    }
    Ok(Relation {
        is_view: kind == "v",
        takes_on_conflict: kind != "f" && !truth("is_diverted")?,
        nulls_are_equal: truth("nulls_are_equal")?,
    })
}

fn no_table(file: &SeedFile) -> SeedError {
    SeedError::NoTable { file: file.seed.shown.clone(), table: file.seed.table.clone() }
}

/// Asks for the columns of a table; a table that does not exist has none. A domain stands for the type below it.
pub(crate) fn query(table: &str) -> String {
    format!(
        "WITH RECURSIVE base AS (SELECT attnum, atttypid AS type FROM pg_catalog.pg_attribute \
         WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped \
         UNION ALL SELECT attnum, typbasetype FROM base JOIN pg_catalog.pg_type ON pg_type.oid = type WHERE typtype = 'd') \
         SELECT attname AS name, format_type(atttypid, atttypmod) AS type, \
         declared.typnamespace = 'pg_catalog'::regnamespace AS is_built_in, \
         type IN ('json'::regtype, 'jsonb'::regtype) AS is_json, \
         CASE WHEN base_type.typcategory = 'A' AND type NOT IN ('int2vector'::regtype, 'oidvector'::regtype) \
         THEN item.typdelim END AS delimiter, \
         coalesce(coalesce(nullif(item.typbasetype, 0), item.oid) IN ('json'::regtype, 'jsonb'::regtype), false) AS is_of_json, \
         (SELECT format('OPERATOR(%I.%s)', nspname, oprname) FROM pg_catalog.pg_opclass \
         JOIN pg_catalog.pg_am ON pg_am.oid = opcmethod AND amname = 'btree' \
         JOIN pg_catalog.pg_amop ON amopfamily = opcfamily AND amopstrategy = 3 AND amoplefttype = opcintype \
         AND amoprighttype = opcintype JOIN pg_catalog.pg_operator ON pg_operator.oid = amopopr \
         JOIN pg_catalog.pg_namespace ON pg_namespace.oid = oprnamespace WHERE opcdefault AND opcintype = type LIMIT 1) AS equality, \
         attgenerated <> '' AS is_expression, attidentity = 'a' AS is_always_identity \
         FROM base JOIN pg_catalog.pg_type AS base_type ON base_type.oid = type AND typtype <> 'd' \
         JOIN pg_catalog.pg_attribute AS a ON attrelid = to_regclass({0}) AND a.attnum = base.attnum \
         JOIN pg_catalog.pg_type AS declared ON declared.oid = atttypid \
         LEFT JOIN pg_catalog.pg_type AS item ON item.oid = base_type.typelem ORDER BY a.attnum",
        quote_literal(&query::table(table))
    )
}

/// The columns of the file, in the file's order.
pub(crate) fn columns(file: &SeedFile, rows: &Rows, answer: &[Row]) -> Result<Vec<Column>, SeedError> {
    let known = answer.iter().map(column).collect::<Result<Vec<Column>, QueryError>>();
    let known = known.map_err(|source| SeedError::Query { file: file.seed.file.clone(), source })?;
    if known.is_empty() {
        return Err(no_table(file));
    }
    let find = |name: &String| {
        let found = known.iter().find(|column| column.name == *name).cloned();
        found.ok_or_else(|| unknown_column(file, name, &known))
    };
    rows.columns.iter().map(find).collect()
}

fn unknown_column(file: &SeedFile, name: &str, known: &[Column]) -> SeedError {
    let names: Vec<&str> = known.iter().map(|column| column.name.as_str()).collect();
    let problem = RowProblem::UnknownColumn { table: file.seed.table.clone(), column: name.to_owned() };
    let mut mistake = file.at_column(name, problem);
    mistake.hint = did_you_mean(name, &names);
    SeedError::Mistake { mistake, source: None }
}

/// Refuses to write a column that the server computes.
pub(crate) fn check_generated(file: &SeedFile, columns: &[Column]) -> Result<(), SeedError> {
    let Some(column) = columns.iter().find(|column| column.generation == Generation::Expression) else {
        return Ok(());
    };
    let problem = RowProblem::Generated { table: file.seed.table.clone(), column: column.name.clone() };
    let mut mistake = file.at_column(&column.name, problem);
    mistake.hint = Some(format!("remove `{}` from the file", column.name));
    Err(SeedError::Mistake { mistake, source: None })
}

fn column(row: &Row) -> Result<Column, QueryError> {
    let of_json = row.truth("is_of_json")?;
    let form = match row.text("delimiter")?.chars().next() {
        _ if row.truth("is_json")? => Form::Json,
        Some(delimiter) => Form::Array { delimiter, of_json },
        None => Form::Text,
    };
    let generation = match () {
        () if row.truth("is_expression")? => Generation::Expression,
        () if row.truth("is_always_identity")? => Generation::AlwaysIdentity,
        () => Generation::None,
    };
    Ok(Column {
        name: row.text("name")?.to_owned(),
        data_type: row.text("type")?.to_owned(),
        form,
        equality: row.optional("equality")?.unwrap_or("OPERATOR(pg_catalog.=)").to_owned(),
        is_built_in: row.truth("is_built_in")?,
        generation,
    })
}

#[cfg(test)]
impl Column {
    /// A column without anything special.
    pub(crate) fn plain(name: &str, data_type: &str) -> Self {
        Self {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            form: Form::Text,
            equality: "OPERATOR(pg_catalog.=)".to_owned(),
            is_built_in: true,
            generation: Generation::None,
        }
    }
}
