//! Plain `UPDATE` and `DELETE` statements of one table, as expressions over its rows.
//!
//! Must not take a statement for plain that reads another table or the rows of another statement.

use super::{Token, after, outside_brackets, skip, split_at_commas, tokens};

/// A statement that changes the rows of one table, each by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowChange {
    /// The schema, if the statement names it, as the catalog has it.
    pub(crate) schema: Option<String>,
    /// The table, as the catalog has it.
    pub(crate) table: String,
    /// The name by which its expressions call the table, as SQL text.
    pub(crate) alias: String,
    /// The columns that get a value, as the catalog has them, with their expressions; none when the rows are deleted.
    pub(crate) values: Vec<(String, String)>,
    /// The condition that a row meets that is changed.
    pub(crate) condition: Option<String>,
}

/// Reads a plain `UPDATE` or `DELETE`; nothing for any other statement.
pub(crate) fn row_change(statement: &str) -> Option<RowChange> {
    let tokens = tokens(statement);
    let reads_more = ["select", "returning", "with", "current", "table"]
        .iter()
        .any(|word| tokens.iter().any(|token| token.is(word)));
    if reads_more {
        return None;
    }
    let (is_update, rest) = match after(&tokens, &["update"]) {
        Some(rest) => (true, rest),
        None => (false, after(&tokens, &["delete", "from"])?),
    };
    if rest.first()?.is("only") {
        return None;
    }
    let (schema, table, rest) = match rest {
        [schema, dot, table, rest @ ..] if dot.is(".") => (Some(schema.name()?), *table, rest),
        [table, rest @ ..] => (None, *table, rest),
        [] => return None,
    };
    let is_keyword = |token: &Token<'_>| ["set", "where", "using"].iter().any(|word| token.is(word));
    let (alias, rest) = match skip(rest, &["as"]) {
        [alias, rest @ ..] if !is_keyword(alias) && alias.name().is_some() => (*alias, rest),
        rest => (table, rest),
    };
    let (assigned, condition) = split_at_where(statement, rest)?;
    let values = if is_update {
        let assigned = after(assigned, &["set"])?;
        split_at_commas(assigned)
            .into_iter()
            .map(|part| assignment(statement, part))
            .collect::<Option<Vec<_>>>()?
    } else if assigned.is_empty() {
        Vec::new()
    } else {
        return None;
    };
    let table = table.name()?;
    Some(RowChange { schema, table, alias: alias.text.to_owned(), values, condition })
}

/// The tokens before `WHERE`, and the condition after it; nothing when other tables are read.
fn split_at_where<'t, 'a>(
    statement: &str,
    tokens: &'t [Token<'a>],
) -> Option<(&'t [Token<'a>], Option<String>)> {
    let outer = outside_brackets(tokens);
    let reads_others = outer.iter().enumerate().any(|(place, token)| {
        let is_distinct_from = place > 0 && outer[place - 1].is("distinct");
        token.is("using") || token.is("from") && !is_distinct_from
    });
    if reads_others {
        return None;
    }
    let Some(start) = outer.iter().find(|token| token.is("where")) else { return Some((tokens, None)) };
    let place = tokens.iter().position(|token| token.start == start.start)?;
    let condition = statement.get(start.end()..tokens.last()?.end())?.trim().to_owned();
    Some((&tokens[..place], Some(condition).filter(|text| !text.is_empty())))
}

fn assignment(statement: &str, tokens: &[Token<'_>]) -> Option<(String, String)> {
    let [column, equals, first, ..] = tokens else { return None };
    if !equals.is("=") || first.is("default") {
        return None;
    }
    let expression = statement.get(first.start..tokens.last()?.end())?;
    Some((column.name()?, expression.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::row_change;

    #[test]
    fn a_plain_update_is_read() {
        let found = row_change("update public.\"Odd one\" as o set a = 1 / (id - 1), \"B\" = coalesce(x, 'a, b') where a is distinct from 1").unwrap();
        assert_eq!(
            (found.schema.as_deref(), found.table.as_str(), found.alias.as_str()),
            (Some("public"), "Odd one", "o")
        );
        let values: Vec<String> =
            found.values.iter().map(|(column, value)| format!("{column} = {value}")).collect();
        assert_eq!(values, ["a = 1 / (id - 1)", "B = coalesce(x, 'a, b')"]);
        assert_eq!(found.condition.as_deref(), Some("a is distinct from 1"));
        let found = row_change("delete from a where extract(year from d) < 2020").unwrap();
        assert_eq!(
            (found.values.len(), found.condition.as_deref()),
            (0, Some("extract(year from d) < 2020"))
        );
    }

    #[test]
    fn a_statement_that_reads_more_is_not_plain() {
        for statement in [
            "update a set id = b.id from b",
            "update a set id = (select 1)",
            "update a set (id, n) = (1, 2)",
            "update a set id = default",
            "update a set id = 1 returning *",
            "delete from a using b where a.id = b.id",
            "with x as (select 1) delete from a",
            "insert into a values (1)",
            "update only a set id = 1",
        ] {
            assert_eq!(row_change(statement), None, "{statement}");
        }
    }
}
