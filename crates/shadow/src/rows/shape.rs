//! The shape of the tables: their columns, types, checks and foreign keys, in one round trip.
//!
//! Must not read a row of theirs.

use std::collections::BTreeMap;

use crosstrack_database::{QueryError, Row, Session};
use crosstrack_loss::enum_values;

use crate::rows::scope::{self, Tables};

/// The character between the parts of a list in an answer; no name holds it.
pub(crate) const SEPARATOR: char = '\u{1f}';

/// A table that can get rows.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Its name, as SQL text.
    pub(crate) name: String,
    pub(crate) is_partitioned: bool,
    /// A trigger or a rule of the user's sees its rows.
    pub(crate) has_triggers: bool,
    pub(crate) columns: BTreeMap<i16, Column>,
    pub(crate) checks: Vec<Check>,
    pub(crate) foreign_keys: Vec<ForeignKey>,
}

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) number: i16,
    pub(crate) name: String,
    pub(crate) kind: TypeUse,
    pub(crate) is_required: bool,
    pub(crate) has_default: bool,
    /// A sequence serves it, or the server computes it: no statement names it.
    pub(crate) is_made_by_server: bool,
}

/// A type as a column or a part of another type uses it.
#[derive(Clone, Debug)]
pub(crate) struct TypeUse {
    pub(crate) number: u32,
    /// The length or precision, as the server keeps it; -1 for none.
    pub(crate) modifier: i32,
    /// Both, as SQL text.
    pub(crate) text: String,
}

/// A condition for rows; that of a partitioned table is that a partition takes the row.
#[derive(Debug)]
pub(crate) struct Check {
    /// The columns; empty when the catalog does not say.
    pub(crate) columns: Vec<i16>,
    pub(crate) expression: String,
}

/// A foreign key.
#[derive(Debug)]
pub(crate) struct ForeignKey {
    pub(crate) columns: Vec<i16>,
    pub(crate) parent: u32,
    /// The parent's name, as SQL text.
    pub(crate) parent_name: String,
    /// The columns of the parent, in the same order.
    pub(crate) parent_columns: Vec<String>,
}

/// A type.
#[derive(Debug)]
pub(crate) struct Type {
    /// Its name, as SQL text.
    pub(crate) name: String,
    pub(crate) form: Form,
}

/// The parts of a type.
#[derive(Debug)]
pub(crate) enum Form {
    Base,
    Enum(Vec<String>),
    Domain {
        base: TypeUse,
        /// Conditions for `VALUE`.
        checks: Vec<String>,
    },
    Composite(Vec<TypeUse>),
    Range(TypeUse),
    Array(u32),
}

/// The tables by number, and the types that their columns use.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    pub(crate) tables: BTreeMap<u32, Table>,
    pub(crate) types: BTreeMap<u32, Type>,
}

const TABLES: &str = "
SELECT 'table' AS what, c.oid, c.name, c.relkind = 'p' AS is_partitioned,
  EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgenabled <> 'D')
  OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid) AS has_triggers
FROM own c";

const COLUMNS: &str = "
SELECT 'column' AS what, c.oid, a.attnum AS number, a.attname AS name, a.atttypid AS kind, a.atttypmod AS modifier,
  format_type(a.atttypid, a.atttypmod) AS text, a.attnotnull OR t.typnotnull AS is_required,
  a.atthasdef OR t.typdefault IS NOT NULL AS has_default,
  a.attgenerated <> '' OR a.attidentity <> '' OR EXISTS (SELECT FROM pg_attrdef d
    JOIN pg_depend p ON p.classid = 'pg_attrdef'::regclass AND p.objid = d.oid AND p.refclassid = 'pg_class'::regclass
    JOIN pg_class s ON s.oid = p.refobjid AND s.relkind = 'S'
    WHERE d.adrelid = c.oid AND d.adnum = a.attnum) AS is_made_by_server
FROM own c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid";

const CHECKS: &str = "
SELECT 'check' AS what, c.oid, array_to_string(k.conkey, ' ') AS columns, pg_get_expr(k.conbin, k.conrelid) AS expression
FROM own c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'c'
UNION ALL
SELECT 'check', c.oid, '',
  (SELECT string_agg('(' || pg_get_partition_constraintdef(leaf.relid) || ')', ' OR ') FROM
    (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf AND relid <> c.oid LIMIT 24) leaf)
FROM own c JOIN pg_partitioned_table p ON p.partrelid = c.oid";

const FOREIGN_KEYS: &str = "
SELECT 'foreign key' AS what, c.oid, array_to_string(k.conkey, ' ') AS columns, k.confrelid AS parent,
  (SELECT format('%I.%I', n.nspname, f.relname) FROM pg_class f JOIN pg_namespace n ON n.oid = f.relnamespace
    WHERE f.oid = k.confrelid) AS parent_name,
  (SELECT string_agg(a.attname, chr(31) ORDER BY place) FROM unnest(k.confkey) WITH ORDINALITY AS part(number, place)
    JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = part.number) AS parent_columns
FROM own c JOIN pg_constraint k ON k.conrelid = c.oid AND k.contype = 'f' AND k.conparentid = 0
ORDER BY cardinality(k.conkey) DESC, k.oid";

const TYPES: &str = "
, part AS (
  SELECT t.oid AS of, t.typbasetype AS number, t.typtypmod AS modifier, 0 AS place FROM pg_type t WHERE t.typtype = 'd'
  UNION ALL SELECT t.oid, t.typelem, -1, 0 FROM pg_type t WHERE t.typcategory = 'A' AND t.typlen = -1 AND t.typelem <> 0
  UNION ALL SELECT r.rngtypid, r.rngsubtype, -1, 0 FROM pg_range r
  UNION ALL SELECT t.oid, a.atttypid, a.atttypmod, a.attnum FROM pg_type t
    JOIN pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped WHERE t.typtype = 'c'),
used(number) AS (SELECT DISTINCT a.atttypid FROM own c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
  UNION SELECT p.number FROM used u JOIN part p ON p.of = u.number)
SELECT 'type' AS what, t.oid, format_type(t.oid, NULL) AS name,
  CASE WHEN t.typcategory = 'A' AND t.typlen = -1 THEN 'A' ELSE t.typtype::text END AS form,
  (SELECT string_agg(concat_ws(chr(31), p.number, p.modifier, format_type(p.number, p.modifier)), chr(31) ORDER BY p.place)
    FROM part p WHERE p.of = t.oid) AS parts,
  (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS labels,
  (SELECT string_agg(pg_get_expr(k.conbin, 0), chr(31)) FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
FROM used u JOIN pg_type t ON t.oid = u.number";

impl Shape {
    /// Reads the chosen tables.
    pub(crate) async fn read(session: &Session, tables: &Tables) -> Result<Self, QueryError> {
        let own = tables.own();
        let queries = [TABLES, COLUMNS, CHECKS, FOREIGN_KEYS, TYPES];
        let sql: Vec<String> = queries.iter().map(|query| format!("WITH RECURSIVE {own} {query}")).collect();
        let mut shape = Self::default();
        for row in session
            .rows("read the shape of the tables", &format!("{}{}", scope::PREPARE, sql.join("; ")))
            .await?
        {
            shape.take(&row)?;
        }
        Ok(shape)
    }

    fn take(&mut self, row: &Row) -> Result<(), QueryError> {
        let number: u32 = row.number("oid")?;
        match row.text("what")? {
            "type" => drop(self.types.insert(number, read_type(row)?)),
            "table" => {
                let table = self.tables.entry(number).or_default();
                row.text("name")?.clone_into(&mut table.name);
                table.is_partitioned = row.truth("is_partitioned")?;
                table.has_triggers = row.truth("has_triggers")?;
            }
            "column" => {
                let column = read_column(row)?;
                self.tables.entry(number).or_default().columns.insert(column.number, column);
            }
            "check" => {
                let expression = row.text("expression")?.to_owned();
                let check = Check { columns: numbers(row)?, expression };
                self.tables.entry(number).or_default().checks.push(check);
            }
            _ => self.tables.entry(number).or_default().foreign_keys.push(ForeignKey {
                columns: numbers(row)?,
                parent: row.number("parent")?,
                parent_name: row.text("parent_name")?.to_owned(),
                parent_columns: split(row.text("parent_columns")?),
            }),
        }
        Ok(())
    }
}

fn read_column(row: &Row) -> Result<Column, QueryError> {
    let kind = TypeUse {
        number: row.number("kind")?,
        modifier: row.number("modifier")?,
        text: row.text("text")?.to_owned(),
    };
    Ok(Column {
        number: row.number("number")?,
        name: row.text("name")?.to_owned(),
        kind,
        is_required: row.truth("is_required")?,
        has_default: row.truth("has_default")?,
        is_made_by_server: row.truth("is_made_by_server")?,
    })
}

fn read_type(row: &Row) -> Result<Type, QueryError> {
    let parts = split(row.text("parts")?);
    let mut parts = parts.chunks_exact(3).map(|part| TypeUse {
        number: part[0].parse().unwrap_or_default(),
        modifier: part[1].parse().unwrap_or(-1),
        text: part[2].clone(),
    });
    let form = match (row.text("form")?, parts.next()) {
        ("e", _) => Form::Enum(enum_values(row.text("labels")?)),
        ("d", Some(base)) => Form::Domain { base, checks: split(row.text("checks")?) },
        ("r", Some(bound)) => Form::Range(bound),
        ("A", Some(element)) => Form::Array(element.number),
        ("c", Some(first)) => Form::Composite(std::iter::once(first).chain(parts).collect()),
        _ => Form::Base,
    };
    Ok(Type { name: row.text("name")?.to_owned(), form })
}

fn numbers(row: &Row) -> Result<Vec<i16>, QueryError> {
    Ok(row.text("columns")?.split_whitespace().filter_map(|number| number.parse().ok()).collect())
}

fn split(list: &str) -> Vec<String> {
    list.split(SEPARATOR).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
