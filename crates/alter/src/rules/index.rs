//! Indexes. What a table is clustered or known by is an index's affair, too.

use crosstrack_catalog::{Fact, Id, Kind, last_part};

use super::storage::reset_and_set;
use crate::expression;
use crate::node::Parts;
use crate::online;
use crate::options::options;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct Indexes;

impl Rule for Indexes {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let definition = expression::readable(said(fact, "definition").unwrap_or_default());
        // The text for an index of a partitioned table is that of its own part only; all partitions are to have it.
        let sql = definition.replacen(" ON ONLY ", " ON ", 1);
        let mut built = Statement::new(match said(fact, "tablespace") {
            Some(tablespace) => {
                let place = predicate(&sql).unwrap_or(sql.len());
                format!("{} TABLESPACE {tablespace}{}", &sql[..place], &sql[place..])
            }
            None => sql,
        });
        built = built.with(Hazard::BlocksWrites);
        if definition.starts_with("CREATE UNIQUE") {
            built = built.with(Hazard::FailsOnRows);
        }
        built.online = online::index(&table(fact), &definition, &built.sql);
        std::iter::once(built).chain(targets(fact, None)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let mut gone = Statement::new(format!("DROP INDEX {}", fact.id.name));
        gone.online =
            online::index_gone(&table(fact), said(fact, "definition").unwrap_or_default(), &fact.id.name);
        vec![gone]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let can_stay = ["clustered", "replica_identity", "statistics_targets", "tablespace", "definition"];
        if !change.touches_only(&can_stay) || without_storage(change.before) != without_storage(change.after)
        {
            return Alter::Replace;
        }
        let (name, table) = (&change.after.id.name, table(change.after));
        let options = |fact| storage(fact).map(|(_, options)| pairs(options)).unwrap_or_default();
        let mut statements =
            reset_and_set(&format!("ALTER INDEX {name}"), &options(change.before), &options(change.after));
        if matches!(change.of("clustered"), Some(None)) {
            statements.push(Statement::new(format!("ALTER TABLE {table} SET WITHOUT CLUSTER")));
        }
        if let Some(tablespace) = change.of("tablespace") {
            let tablespace = tablespace.unwrap_or("pg_default");
            statements.push(Statement::new(format!("ALTER INDEX {name} SET TABLESPACE {tablespace}")));
        }
        statements.extend(targets(change.after, Some(change.before)));
        Alter::Statements(statements)
    }

    fn finish(&self, fact: &Fact, _: &Side<'_>, before: Option<&Fact>) -> Vec<Statement> {
        let becomes = |attribute| {
            said(fact, attribute) == Some("true")
                && before.is_none_or(|before| said(before, attribute) != Some("true"))
        };
        let (table, name) = (table(fact), last_part(&fact.id.name));
        let mut statements = Vec::new();
        if becomes("clustered") {
            statements.push(Statement::new(format!("ALTER TABLE {table} CLUSTER ON {name}")));
        }
        if becomes("replica_identity") {
            statements
                .push(Statement::new(format!("ALTER TABLE {table} REPLICA IDENTITY USING INDEX {name}")));
        }
        statements
    }
}

/// Where the predicate of an index begins: outside of what is quoted or in parentheses.
fn predicate(sql: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0, None);
    for (place, letter) in sql.char_indices() {
        match (quote, letter) {
            (Some(open), _) => quote = quote.filter(|_| letter != open),
            (None, '\'' | '"') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ' ') if depth == 0 && sql[place..].starts_with(" WHERE ") => return Some(place),
            _ => {}
        }
    }
    None
}

/// Where the storage options stand in the definition of an index, and what they are: `fillfactor='70'`.
pub(crate) fn storage(fact: &Fact) -> Option<(usize, &str)> {
    let definition = said(fact, "definition")?;
    let start = definition.find(" WITH (")?;
    let options = definition[start + " WITH (".len()..].split_once(')')?.0;
    Some((start, options))
}

/// What an index is, however it is stored.
fn without_storage(fact: &Fact) -> String {
    let definition = said(fact, "definition").unwrap_or_default();
    match storage(fact) {
        Some((_, options)) => definition.replacen(&format!(" WITH ({options})"), "", 1),
        None => definition.to_owned(),
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let unquoted = |value: String| value.trim_matches('\'').to_owned();
    options(text).into_iter().map(|(key, value)| (key, unquoted(value))).collect()
}

/// The table of an index: its parent, or that of its constraint.
fn table(fact: &Fact) -> String {
    match &fact.parent {
        Some(Id { kind: Kind::Constraint, name }) => {
            name.split_once(" on ").map(|(_, table)| table.to_owned()).unwrap_or_default()
        }
        Some(parent) => parent.name.clone(),
        None => String::new(),
    }
}

/// The statistics targets of its columns, by their places: `expr=500`, where the server numbers expressions.
fn targets(fact: &Fact, before: Option<&Fact>) -> Vec<Statement> {
    let text = |fact| said(fact, "statistics_targets").unwrap_or_default();
    let former: Vec<&str> = before.map(text).unwrap_or_default().split(", ").collect();
    let column_of = |target: &str| target.split_once('=').map(|(column, _)| column.to_owned());
    let kept: Vec<String> = text(fact).split(", ").filter_map(column_of).collect();
    let gone = former.iter().filter_map(|target| column_of(target)).filter(|column| !kept.contains(column));
    let reset = gone.map(|column| {
        Statement::new(format!(
            "ALTER INDEX {} ALTER COLUMN {} SET STATISTICS -1",
            fact.id.name,
            number(&column)
        ))
    });
    let new = text(fact).split(", ").filter(|target| !target.is_empty() && !former.contains(target));
    let statements = new.filter_map(|target| {
        let (column, target) = target.split_once('=')?;
        let column = number(column);
        Some(Statement::new(format!(
            "ALTER INDEX {} ALTER COLUMN {column} SET STATISTICS {target}",
            fact.id.name
        )))
    });
    reset.chain(statements).collect()
}

/// The statement wants the place of an expression.
fn number(column: &str) -> &str {
    column.split_once(':').map_or(column, |(place, _)| place)
}

#[cfg(test)]
mod tests {
    use super::predicate;

    #[test]
    fn a_predicate_is_told_from_what_only_looks_like_one() {
        let rest = |sql: &'static str| predicate(sql).map(|place| &sql[place..]);
        assert_eq!(rest("CREATE INDEX i ON t USING btree (a) WHERE (a > 0)"), Some(" WHERE (a > 0)"));
        assert_eq!(rest("CREATE INDEX \"a WHERE b\" ON t USING btree (f(' WHERE '))"), None);
    }
}
