//! The declared tables: each is there.
//!
//! It must not offer to create one: what a table is, only its migrations know.

use crosstrack_database::{Row, quote_literal};
use crosstrack_model::{Finding, FindingKind};

use crate::answer::{AnswerError, by_position, json, kind_in_words, values};
use crate::check::Check;
use crate::declared::{DeclaredTable, Expectations};

/// The check.
#[derive(Debug)]
pub(crate) struct Tables;

/// What stands under a declared name.
struct Found {
    kind: Option<String>,
    /// The schemas in which a table of this name stands, when there is none where it should be.
    elsewhere: Vec<String>,
}

impl Check for Tables {
    fn name(&self) -> &'static str {
        "constraints"
    }

    fn objects(&self) -> &'static str {
        "tables"
    }

    fn query(&self, expectations: &Expectations) -> Option<String> {
        if expectations.tables.is_empty() {
            return None;
        }
        let values = values(&expectations.tables, |table| {
            let name = quote_literal(&table.name.name);
            format!("to_regclass({})::oid, {name}", table.origin.own_literal(&table.name))
        });
        Some(format!(
            "WITH declared (position, oid, name) AS ({values}) \
             SELECT position, relkind, CASE WHEN found.oid IS NULL THEN \
                 (SELECT coalesce(json_agg(nspname ORDER BY nspname), '[]') \
                  FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
                  WHERE relname = declared.name AND relkind IN ('r', 'p')) ELSE '[]' END AS elsewhere \
             FROM declared LEFT JOIN pg_class AS found USING (oid) ORDER BY position"
        ))
    }

    fn compare(&self, expectations: &Expectations, rows: &[Row]) -> Result<Vec<Vec<Finding>>, AnswerError> {
        let groups = by_position(rows, expectations.tables.len())?;
        let pairs = expectations.tables.iter().zip(groups);
        pairs.map(|(table, rows)| Ok(judge(table, &Found::read(rows[0])?))).collect()
    }
}

impl Found {
    fn read(row: &Row) -> Result<Self, AnswerError> {
        Ok(Self { kind: row.optional("relkind")?.map(str::to_owned), elsewhere: json(row, "elsewhere")? })
    }
}

fn judge(table: &DeclaredTable, found: &Found) -> Vec<Finding> {
    let actual = match found.kind.as_deref() {
        Some("r" | "p") => return Vec::new(),
        Some(other) => format!("`{}` is {}", table.name, kind_in_words(other)),
        None if found.elsewhere.is_empty() => "not there".to_owned(),
        None => format!("not there; one of this name stands in `{}`", found.elsewhere.join("`, `")),
    };
    vec![Finding {
        kind: FindingKind::Missing,
        object: format!("table `{}`", table.origin.shown(&table.name)),
        track: table.origin.track.to_string(),
        expected: "a table".to_owned(),
        actual,
        mend: Vec::new(),
    }]
}

#[cfg(test)]
mod tests {
    use super::{Found, judge};
    use crate::declared::{DeclaredName, DeclaredTable, Origin};

    fn users() -> DeclaredTable {
        DeclaredTable {
            origin: Origin { track: "auth".parse().unwrap(), schema: None },
            name: DeclaredName::parse("users").unwrap(),
            primary_key: vec![],
        }
    }

    #[test]
    fn a_partitioned_table_is_a_table_and_a_view_is_none() {
        let found = |kind: &str| Found { kind: Some(kind.to_owned()), elsewhere: vec![] };
        assert!(judge(&users(), &found("r")).is_empty());
        assert!(judge(&users(), &found("p")).is_empty());
        assert_eq!(judge(&users(), &found("v"))[0].actual, "`users` is a view");
    }

    #[test]
    fn a_missing_table_says_in_which_other_schema_one_of_its_name_stands() {
        let findings = judge(&users(), &Found { kind: None, elsewhere: vec!["old".into(), "tmp".into()] });
        assert_eq!(findings[0].actual, "not there; one of this name stands in `old`, `tmp`");
    }
}
