//! What an index is: as it is declared, and as the server describes it.
//!
//! It must not know whether an index is valid or on which table it stands.

use std::fmt::Write as _;

use crate::declared::DeclaredIndex;
use crate::expression::{comparable, comparable_tokens};
use crate::token::{Kind, Token, closing, items, source, tokens};

/// A part of a definition, for people and for comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// As it is written.
    pub(crate) shown: String,
    /// As it is compared.
    pub(crate) comparable: String,
}

/// Everything about an index but its name, its table and its state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Definition {
    pub(crate) unique: bool,
    pub(crate) nulls_not_distinct: bool,
    pub(crate) method: String,
    pub(crate) columns: Part,
    pub(crate) include: Part,
    pub(crate) predicate: Option<Part>,
}

impl Definition {
    /// The definition of a declared index. `schema` is the schema of its table.
    pub(crate) fn declared(index: &DeclaredIndex, schema: &str) -> Self {
        let columns: Vec<String> =
            index.columns.iter().map(|column| comparable_column(&tokens(column), schema)).collect();
        let include: Vec<String> =
            index.include.iter().map(|column| comparable_column(&tokens(column), schema)).collect();
        Self {
            unique: index.unique,
            nulls_not_distinct: index.nulls_not_distinct,
            method: index.method.to_lowercase(),
            columns: Part { shown: index.columns.join(", "), comparable: columns.join(", ") },
            include: Part { shown: index.include.join(", "), comparable: include.join(", ") },
            predicate: index
                .predicate
                .as_ref()
                .map(|text| Part { shown: text.clone(), comparable: comparable(text, schema) }),
        }
    }

    /// Reads the server's words, `CREATE [UNIQUE] INDEX .. ON .. USING method (..) ..` of `pg_get_indexdef`. `None` when
    /// they are not understood.
    pub(crate) fn of_server(words: &str, schema: &str) -> Option<Self> {
        let tokens = tokens(words);
        // The name and the table may be called anything, but not without quotes when they are key words.
        let using = tokens.iter().position(|token| token.is("using"))?;
        let method = tokens.get(using + 1)?.text.clone();
        let (columns, rest) = list(words, &tokens[using + 2..], schema)?;
        let (include, rest) = match rest.split_first() {
            Some((first, after)) if first.is("include") => list(words, after, schema)?,
            _ => (Part { shown: String::new(), comparable: String::new() }, rest),
        };
        let nulls_not_distinct = starts_with(rest, &["nulls", "not", "distinct"]);
        Some(Self {
            unique: tokens.get(1)?.is("unique"),
            nulls_not_distinct,
            method,
            columns,
            include,
            predicate: predicate(words, rest, schema),
        })
    }

    /// The definition for people.
    pub(crate) fn describe(&self, table: &str) -> String {
        let mut text = format!("{} index on {table} ({})", self.method, self.columns.shown);
        if self.unique {
            text.insert_str(0, "unique ");
        }
        if !self.include.shown.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(text, " including ({})", self.include.shown);
        }
        if self.nulls_not_distinct {
            text.push_str(", nulls not distinct");
        }
        if let Some(predicate) = &self.predicate {
            let _ = write!(text, " where {}", predicate.shown);
        }
        text
    }

    /// The uniqueness for people.
    pub(crate) fn uniqueness(&self) -> &'static str {
        match (self.unique, self.nulls_not_distinct) {
            (false, _) => "not unique",
            (true, false) => "unique",
            (true, true) => "unique, nulls not distinct",
        }
    }

    /// Whether two definitions are the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.uniqueness() == other.uniqueness()
            && self.method == other.method
            && self.columns.comparable == other.columns.comparable
            && self.include.comparable == other.include.comparable
            && self.comparable_predicate() == other.comparable_predicate()
    }

    /// The predicate as it is compared.
    pub(crate) fn comparable_predicate(&self) -> Option<&str> {
        self.predicate.as_ref().map(|predicate| predicate.comparable.as_str())
    }
}

fn starts_with(tokens: &[Token], words: &[&str]) -> bool {
    tokens.len() >= words.len() && words.iter().zip(tokens).all(|(word, token)| token.is(word))
}

/// Reads a list in parentheses and gives what follows it.
fn list<'t>(words: &str, tokens: &'t [Token], schema: &str) -> Option<(Part, &'t [Token])> {
    if tokens.first()?.text != "(" {
        return None;
    }
    let close = closing(tokens, 0)?;
    let items = items(&tokens[1..close]);
    let shown: Vec<&str> = items.iter().map(|item| source(words, item)).collect();
    let comparable: Vec<String> = items.iter().map(|item| comparable_column(item, schema)).collect();
    Some((Part { shown: shown.join(", "), comparable: comparable.join(", ") }, &tokens[close + 1..]))
}

/// The predicate: it comes last, behind storage settings whose values are in quotes.
fn predicate(words: &str, tokens: &[Token], schema: &str) -> Option<Part> {
    let start = tokens.iter().position(|token| token.is("where"))?;
    let expression = &tokens[start + 1..];
    Some(Part {
        shown: source(words, expression).to_owned(),
        comparable: comparable_tokens(expression, schema),
    })
}

/// A column of an index as it is compared: a lone name stands for exactly itself, and what is the default is left out
/// (`asc`, `nulls last` behind an ascending column, `nulls first` behind a descending one).
fn comparable_column(tokens: &[Token], schema: &str) -> String {
    let (tokens, nulls) = match tokens {
        [rest @ .., nulls, end] if nulls.is("nulls") && end.is_any(&["first", "last"]) => {
            (rest, Some(end.is("first")))
        }
        _ => (tokens, None),
    };
    let (tokens, descends) = match tokens {
        [rest @ .., order] if order.is_any(&["asc", "desc"]) => (rest, order.is("desc")),
        _ => (tokens, false),
    };
    let mut text = column_expression(tokens, schema);
    if descends {
        text.push_str(" desc");
    }
    match nulls {
        Some(true) if !descends => text.push_str(" nulls first"),
        Some(false) if descends => text.push_str(" nulls last"),
        _ => {}
    }
    text
}

fn column_expression(tokens: &[Token], schema: &str) -> String {
    if let Some((name, rest)) = lone_name(tokens) {
        let rest = comparable_tokens(rest, schema);
        return if rest.is_empty() { name.to_owned() } else { format!("{name} {rest}") };
    }
    let opened = tokens.first().filter(|token| token.text == "(").and_then(|_| closing(tokens, 0));
    match opened {
        // Behind the expression's own parentheses: a collation, an operator class.
        Some(close) if close + 1 < tokens.len() => {
            let rest = comparable_tokens(&tokens[close + 1..], schema);
            format!("{} {rest}", comparable_tokens(&tokens[1..close], schema))
        }
        _ => comparable_tokens(tokens, schema),
    }
}

/// The column's name, when the text starts with a name that is not quoted and is neither called, qualified nor computed
/// with; and what follows it.
pub(crate) fn lone_name(tokens: &[Token]) -> Option<(&str, &[Token])> {
    let (first, rest) = tokens.split_first()?;
    let is_lone = rest.first().is_none_or(|token| token.kind == Kind::Word);
    (first.kind == Kind::Word && is_lone).then_some((first.text.as_str(), rest))
}

#[cfg(test)]
mod tests {
    use super::{Definition, comparable_column};
    use crate::token::tokens;

    fn of_server(words: &str) -> Definition {
        Definition::of_server(words, "public").unwrap()
    }

    fn column(text: &str) -> String {
        comparable_column(&tokens(text), "public")
    }

    #[test]
    fn the_servers_words_are_read_part_by_part() {
        let definition = of_server(
            "CREATE UNIQUE INDEX i ON public.t USING btree (lower(a::text), ((a || b)) COLLATE \"C\" DESC, b text_pattern_ops) \
             INCLUDE (n, m) NULLS NOT DISTINCT WITH (fillfactor='70') WHERE (b <> 'where'::text)",
        );
        assert_eq!(
            definition.columns.shown,
            "lower(a::text), ((a || b)) COLLATE \"C\" DESC, b text_pattern_ops"
        );
        assert_eq!(definition.columns.comparable, "lower ( a ), a || b collate C desc, b text_pattern_ops");
        assert_eq!(definition.include.shown, "n, m");
        assert_eq!(definition.uniqueness(), "unique, nulls not distinct");
        assert_eq!(definition.predicate.as_ref().unwrap().comparable, "b <> 'where'");
        assert_eq!(definition.method, "btree");
    }

    #[test]
    fn a_plain_index_has_neither_included_columns_nor_a_predicate() {
        let definition = of_server("CREATE INDEX \"using\" ON ONLY a.\"where\" USING hash (value)");
        assert_eq!(definition.describe("t"), "hash index on t (value)");
        assert_eq!(definition.predicate, None);
    }

    #[test]
    fn what_is_the_default_of_a_column_is_left_out() {
        assert_eq!(column("a ASC"), column("a"));
        assert_eq!(column("a asc nulls last"), column("a"));
        assert_eq!(column("a desc nulls first"), column("a DESC"));
        assert_ne!(column("a nulls first"), column("a"));
        assert_ne!(column("a desc nulls last"), column("a desc"));
        assert_ne!(column("a text_pattern_ops"), column("a"));
        assert_eq!(column("((a || b)) desc"), column("(a || b) DESC"));
    }

    #[test]
    fn a_lone_name_stands_for_exactly_itself() {
        assert_eq!(column("userId desc"), column("\"userId\" DESC"));
        assert_ne!(column("userId"), column("userid"));
        assert_eq!(column("LOWER(email)"), column("lower(email)"));
    }
}
