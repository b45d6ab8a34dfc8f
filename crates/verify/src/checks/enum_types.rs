//! The declared enum types: these values in this order.
//!
//! It must not offer to take a value away or to create a type: rows may hold the one, and the migrations make the other.

use crosstrack_database::{Row, quote_literal};
use crosstrack_model::{Finding, FindingKind};

use crate::answer::{AnswerError, CatalogName, by_position, json, values};
use crate::check::Check;
use crate::declared::{DeclaredEnum, Expectations};

/// The check.
#[derive(Debug)]
pub(crate) struct EnumTypes;

/// A type as the catalog describes it.
struct Found {
    name: CatalogName,
    /// `None` when it is no enum type.
    values: Option<Vec<String>>,
}

impl Check for EnumTypes {
    fn name(&self) -> &'static str {
        "constraints"
    }

    fn objects(&self) -> &'static str {
        "enum types"
    }

    fn query(&self, expectations: &Expectations) -> Option<String> {
        if expectations.enum_types.is_empty() {
            return None;
        }
        let values = values(&expectations.enum_types, |kind| {
            format!("to_regtype({})::oid", kind.origin.own_literal(&kind.name))
        });
        Some(format!(
            "WITH declared (position, oid) AS ({values}) \
             SELECT position, nspname AS schema, typname AS name, typtype AS kind, \
                 (SELECT coalesce(json_agg(enumlabel ORDER BY enumsortorder), '[]') \
                  FROM pg_enum WHERE enumtypid = pg_type.oid) AS labels \
             FROM declared LEFT JOIN pg_type USING (oid) \
             LEFT JOIN pg_namespace ON pg_namespace.oid = typnamespace ORDER BY position"
        ))
    }

    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError> {
        let groups = by_position(rows, expectations.enum_types.len())?;
        let pairs = expectations.enum_types.iter().zip(groups);
        pairs.map(|(declared, rows)| Ok(judge(declared, Found::read(rows[0])?.as_ref()))).collect()
    }
}

impl Found {
    fn read(row: &Row) -> Result<Option<Self>, AnswerError> {
        let Some(name) = row.optional("name")? else { return Ok(None) };
        let values = if row.text("kind")? == "e" { Some(json(row, "labels")?) } else { None };
        let name = CatalogName { schema: row.text("schema")?.to_owned(), name: name.to_owned() };
        Ok(Some(Self { name, values }))
    }
}

fn judge(declared: &DeclaredEnum, found: Option<&Found>) -> Vec<Finding> {
    let shown = declared.origin.shown(&declared.name);
    let (kind, actual, mend) = match found {
        None => (FindingKind::Missing, "not there".to_owned(), Vec::new()),
        Some(Found { name, values: None }) => {
            (FindingKind::Missing, format!("`{}` is another kind of type", name.name), Vec::new())
        }
        Some(Found { values: Some(values), .. }) if *values == declared.values => return Vec::new(),
        Some(Found { name, values: Some(values) }) => {
            (FindingKind::WrongValues, values.join(", "), additions(name, &declared.values, values))
        }
    };
    vec![Finding {
        kind,
        object: format!("enum type `{shown}`"),
        track: declared.origin.track.to_string(),
        expected: declared.values.join(", "),
        actual,
        mend,
    }]
}

/// The statements that add what is missing, each value at its place. None when there is a value that is not declared, or
/// another order: no statement takes a value away.
fn additions(name: &CatalogName, declared: &[String], found: &[String]) -> Vec<String> {
    let mut rest = found;
    let mut statements = Vec::new();
    for (position, value) in declared.iter().enumerate() {
        if rest.first() == Some(value) {
            rest = &rest[1..];
            continue;
        }
        let place = match position.checked_sub(1) {
            Some(before) => format!(" AFTER {}", quote_literal(&declared[before])),
            None => {
                found.first().map(|first| format!(" BEFORE {}", quote_literal(first))).unwrap_or_default()
            }
        };
        statements.push(format!("ALTER TYPE {} ADD VALUE {}{place}", name.as_sql(), quote_literal(value)));
    }
    if rest.is_empty() { statements } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::{Found, judge};
    use crate::answer::CatalogName;
    use crate::declared::{DeclaredEnum, DeclaredName, Origin};
    use crosstrack_model::{Finding, FindingKind};

    fn judged(declared: &[&str], found: &[&str]) -> Vec<Finding> {
        let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let declared = DeclaredEnum {
            origin: Origin { track: "cms".parse().unwrap(), schema: None },
            name: DeclaredName::parse("mood").unwrap(),
            values: texts(declared),
        };
        let name = CatalogName { schema: "public".into(), name: "mood".into() };
        judge(&declared, Some(&Found { name, values: Some(texts(found)) }))
    }

    #[test]
    fn missing_values_are_added_at_their_places() {
        let findings = judged(&["a", "b", "it's", "d"], &["b", "d"]);
        assert_eq!(findings[0].kind, FindingKind::WrongValues);
        assert_eq!(
            findings[0].mend,
            [
                r#"ALTER TYPE "public"."mood" ADD VALUE 'a' BEFORE 'b'"#,
                r#"ALTER TYPE "public"."mood" ADD VALUE 'it''s' AFTER 'b'"#,
            ]
        );
        assert_eq!(
            judged(&["a", "b"], &["a"])[0].mend,
            [r#"ALTER TYPE "public"."mood" ADD VALUE 'b' AFTER 'a'"#]
        );
        assert_eq!(judged(&["a"], &[])[0].mend, [r#"ALTER TYPE "public"."mood" ADD VALUE 'a'"#]);
    }

    #[test]
    fn nothing_takes_a_value_away_or_moves_one() {
        assert!(judged(&["a"], &["a", "b"])[0].mend.is_empty());
        assert!(judged(&["a", "b"], &["b", "a"])[0].mend.is_empty());
        assert!(judged(&["a", "c"], &["a", "b"])[0].mend.is_empty());
        assert!(judged(&["a", "b"], &["a", "b"]).is_empty());
    }
}
