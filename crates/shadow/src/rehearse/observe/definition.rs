//! The types, the constraints of domains and the routines of users: whatever an expression may name.
//!
//! Must not read a type that a table has for its rows.

use crosstrack_database::{QueryError, Row};

use super::text;

/// The kinds of types that matter to a conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TypeKind {
    /// A domain.
    Domain,
    /// An enum type.
    Enum,
    /// Any other.
    Other,
}

/// A type of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TypeDefinition {
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// Its name without schema and quotes.
    pub(crate) bare_name: String,
    pub(crate) kind: TypeKind,
    /// Of an array, the type of its elements; otherwise 0.
    pub(crate) element: u32,
    /// Of a domain, the type that it is made of, by its number; otherwise 0.
    pub(crate) base: u32,
    /// Of a domain, the type that it is made of, as SQL text.
    pub(crate) base_text: String,
    /// Whether it is a NOT NULL domain.
    pub(crate) not_null: bool,
    /// Its default.
    pub(crate) expression: Option<String>,
    /// The values of an enum type, as SQL constants with commas between them.
    pub(crate) labels: String,
}

/// A check of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DomainRule {
    /// The domain, by its number.
    pub(crate) domain: u32,
    /// Its name, as SQL text.
    pub(crate) name: String,
    /// Its expression, in which `VALUE` stands for the value.
    pub(crate) expression: String,
    /// Whether it holds for the values that are there, too.
    pub(crate) is_valid: bool,
}

/// A function or procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Routine {
    /// Its name without schema and quotes.
    pub(crate) bare_name: String,
    /// Another one whenever the routine was changed.
    pub(crate) version: String,
}

pub(super) const TYPES: &str = "
SELECT 'type' AS what, t.oid AS number, format('%I.%I', n.nspname, t.typname) AS name, t.typname AS bare_name, t.typtype AS kind,
    t.typelem AS element, t.typbasetype AS base, coalesce(format_type(nullif(t.typbasetype, 0), t.typtypmod), '') AS base_text,
    t.typnotnull AS not_null, coalesce(pg_get_expr(t.typdefaultbin, 0), t.typdefault, '') AS expression,
    coalesce((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '')
        AS labels
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_type part ON part.oid = t.typelem
WHERE t.oid >= 16384 AND n.nspname NOT LIKE 'pg\\_%' AND NOT EXISTS (SELECT FROM pg_class c
    WHERE c.oid IN (t.typrelid, part.typrelid) AND c.relkind <> 'c')";

pub(super) const DOMAIN_RULES: &str = "
SELECT 'domain rule' AS what, k.oid AS number, k.contypid AS parent, quote_ident(k.conname) AS name,
    pg_get_expr(k.conbin, 0) AS expression, k.convalidated AS is_valid
FROM pg_constraint k WHERE k.contypid >= 16384 AND k.contype = 'c'";

pub(super) const ROUTINES: &str = "
SELECT 'routine' AS what, p.oid AS number, p.proname AS bare_name, p.xmin AS version FROM pg_proc p WHERE p.oid >= 16384";

pub(super) fn read_type(row: &Row) -> Result<TypeDefinition, QueryError> {
    Ok(TypeDefinition {
        name: row.text("name")?.to_owned(),
        bare_name: row.text("bare_name")?.to_owned(),
        kind: match row.text("kind")? {
            "d" => TypeKind::Domain,
            "e" => TypeKind::Enum,
            _ => TypeKind::Other,
        },
        element: row.number("element")?,
        base: row.number("base")?,
        base_text: row.text("base_text")?.to_owned(),
        not_null: row.truth("not_null")?,
        expression: text(row, "expression")?,
        labels: row.text("labels")?.to_owned(),
    })
}

pub(super) fn read_domain_rule(row: &Row) -> Result<DomainRule, QueryError> {
    Ok(DomainRule {
        domain: row.number("parent")?,
        name: row.text("name")?.to_owned(),
        expression: row.text("expression")?.to_owned(),
        is_valid: row.truth("is_valid")?,
    })
}

pub(super) fn read_routine(row: &Row) -> Result<Routine, QueryError> {
    Ok(Routine { bare_name: row.text("bare_name")?.to_owned(), version: row.text("version")?.to_owned() })
}
