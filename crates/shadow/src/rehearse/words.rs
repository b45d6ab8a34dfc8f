//! The words of a statement: conversions of columns in `ALTER TABLE`, casts, names in an expression, statements whose effect depends on
//! rows.
//!
//! Must not resolve a name: the server knows the catalog.

mod row_change;

use std::collections::{BTreeMap, BTreeSet};

use squawk_lexer::{LiteralKind, TokenKind};

pub(crate) use row_change::{RowChange, row_change};

/// A token that is neither white space nor a comment.
#[derive(Clone, Copy)]
struct Token<'a> {
    kind: TokenKind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword, in lower case, or this punctuation.
    fn is(&self, word: &str) -> bool {
        !matches!(self.kind, TokenKind::QuotedIdent { .. } | TokenKind::Literal { .. })
            && self.text.eq_ignore_ascii_case(word)
    }

    fn depth(&self) -> isize {
        match self.kind {
            TokenKind::OpenParen | TokenKind::OpenBracket => 1,
            TokenKind::CloseParen | TokenKind::CloseBracket => -1,
            _ => 0,
        }
    }

    fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Ident => Some(self.text.to_ascii_lowercase()),
            TokenKind::QuotedIdent { .. } => Some(unquoted(self.text)),
            _ => None,
        }
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut start = 0;
    let mut found = Vec::new();
    for token in squawk_lexer::tokenize(text) {
        let end = start + token.len as usize;
        let Some(slice) = text.get(start..end).filter(|slice| !slice.is_empty()) else { break };
        let is_silent = matches!(
            token.kind,
            TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. }
        );
        if !is_silent {
            found.push(Token { kind: token.kind, text: slice, start });
        }
        start = end;
    }
    found
}

/// A name as the catalog has it, from SQL text.
pub(crate) fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// The first word of a statement, in lower case.
pub(crate) fn first_word(statement: &str) -> String {
    tokens(statement).first().map_or_else(String::new, |token| token.text.to_ascii_lowercase())
}

/// The `USING` expressions of an `ALTER TABLE`, by column; nothing for any other statement.
pub(crate) fn conversions(statement: &str) -> Option<BTreeMap<String, String>> {
    let tokens = tokens(statement);
    let mut rest = after(&tokens, &["alter", "table"])?;
    rest = skip(skip(rest, &["if", "exists"]), &["only"]);
    while let [_, dot, tail @ ..] = rest
        && dot.is(".")
    {
        rest = tail;
    }
    let actions = skip(rest.get(1..)?, &["*"]);
    Some(split_at_commas(actions).into_iter().filter_map(|action| conversion(statement, action)).collect())
}

/// The column of `ALTER COLUMN name TYPE ... USING expression`, and the expression.
fn conversion(statement: &str, action: &[Token<'_>]) -> Option<(String, String)> {
    let rest = after(action, &["alter"])?;
    let is_the_name = rest.get(1).is_some_and(|token| token.is("type") || token.is("set"));
    let rest = if is_the_name { rest } else { skip(rest, &["column"]) };
    let (column, rest) = rest.split_first()?;
    let rest = after(skip(rest, &["set", "data"]), &["type"])?;
    let using = outside_brackets(rest).into_iter().find(|token| token.is("using"))?;
    let expression = statement.get(using.end()..action.last()?.end())?;
    Some((column.name()?, expression.trim().to_owned()))
}

/// The operand of the cast that is the outermost part of an expression: `a` of `a::t`, `(a)::s.t`, `CAST(a AS t)`.
pub(crate) fn operand_of_cast(expression: &str) -> Option<&str> {
    let all = tokens(expression);
    let mut tokens = &all[..];
    while let [open, inner @ .., close] = tokens
        && open.is("(")
        && close.is(")")
        && closes_at(tokens) == Some(tokens.len() - 1)
    {
        tokens = inner;
    }
    if let [cast, rest @ ..] = tokens
        && cast.is("cast")
        && closes_at(rest) == Some(rest.len() - 1)
    {
        let outer = outside_brackets(&rest[1..rest.len() - 1]);
        let place = outer.iter().rev().find(|token| token.is("as"))?;
        return expression.get(rest[0].end()..place.start).map(str::trim);
    }
    let is_part_of_a_type =
        |token: &&Token<'_>| token.name().is_some() || [".", "[", "]"].iter().any(|sign| token.is(sign));
    let length = tokens.iter().rev().take_while(is_part_of_a_type).count();
    let before = &tokens[..tokens.len() - length];
    let [.., last, first_colon, second_colon] = before else { return None };
    let is_cast = length > 0 && first_colon.is(":") && second_colon.is(":");
    is_cast.then(|| expression.get(before[0].start..last.end())).flatten()
}

/// The routines and types of an expression that are among these names.
pub(crate) fn named_in(
    expression: &str,
    routines: &BTreeSet<String>,
    types: &BTreeSet<String>,
) -> Option<String> {
    let all = tokens(expression);
    let found = all.iter().enumerate().find(|(place, token)| {
        let Some(name) = token.name() else { return false };
        let calls = all.get(place + 1).is_some_and(|next| next.is("("));
        let is_before_a_text = all.get(place + 1).is_some_and(|next| {
            matches!(
                next.kind,
                TokenKind::Literal { kind: LiteralKind::Str { .. } | LiteralKind::EscStr { .. } }
            )
        });
        let qualified = *place >= 2 && all[place - 1].is(".");
        let before = if qualified { place.checked_sub(3) } else { place.checked_sub(1) };
        let is_cast_to = before.is_some_and(|before| all[before].is(":") || all[before].is("as"));
        calls && routines.contains(&name)
            || (is_cast_to || is_before_a_text || calls) && types.contains(&name)
    });
    found.and_then(|(_, token)| token.name())
}

/// Statements that change or copy rows, or run code that may: their success depends on the rows that are there.
const DEPENDS_ON_ROWS: [&str; 9] =
    ["insert", "update", "delete", "merge", "copy", "with", "do", "call", "refresh"];

/// Whether the success of a statement depends on rows, by its words.
pub(crate) fn depends_on_rows(statement: &str) -> bool {
    let tokens = tokens(statement);
    let Some(first) = tokens.first() else { return false };
    let creates = |words: &[&str]| tokens.iter().take(4).any(|token| words.iter().any(|word| token.is(word)));
    let is_filled = || {
        let outer = outside_brackets(&tokens);
        let has_query = outer.windows(2).any(|pair| {
            pair[0].is("as")
                && ["select", "with", "values", "table", "execute", "("].iter().any(|word| pair[1].is(word))
        });
        has_query && (creates(&["table"]) || creates(&["materialized"]))
    };
    DEPENDS_ON_ROWS.iter().any(|word| first.is(word)) || first.is("create") && is_filled()
}

/// The table, as the catalog has it and without its schema, into which an `INSERT` puts rows that the statement itself has.
pub(crate) fn filled_with_constants(statement: &str) -> Option<String> {
    let tokens = tokens(statement);
    let rest = after(&tokens, &["insert", "into"])?;
    let reads = tokens.iter().any(|token| token.is("select") || token.is("table"));
    let name = match rest {
        [_, dot, name, ..] if dot.is(".") => name,
        [name, ..] => name,
        [] => return None,
    };
    name.name().filter(|_| !reads)
}

/// The constant that an expression is but for a cast, as it is written.
pub(crate) fn constant(expression: &str) -> Option<&str> {
    let operand = operand_of_cast(expression).unwrap_or(expression);
    match &tokens(operand)[..] {
        [token] if matches!(token.kind, TokenKind::Literal { .. }) => Some(token.text),
        [token] if ["true", "false", "null"].iter().any(|word| token.is(word)) => Some(token.text),
        _ => None,
    }
}

fn after<'t, 'a>(tokens: &'t [Token<'a>], words: &[&str]) -> Option<&'t [Token<'a>]> {
    let (head, tail) = tokens.split_at_checked(words.len())?;
    head.iter().zip(words).all(|(token, word)| token.is(word)).then_some(tail)
}

fn skip<'t, 'a>(tokens: &'t [Token<'a>], words: &[&str]) -> &'t [Token<'a>] {
    after(tokens, words).unwrap_or(tokens)
}

/// The place of the bracket that closes the first one.
fn closes_at(tokens: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0;
    tokens.iter().position(|token| {
        depth += token.depth();
        depth == 0
    })
}

/// The tokens at depth 0, opening brackets among them.
fn outside_brackets<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0;
    let mut outside = Vec::new();
    for token in tokens {
        if depth == 0 {
            outside.push(*token);
        }
        depth = (depth + token.depth()).max(0);
    }
    outside
}

fn split_at_commas<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut depth = 0;
    let parts = tokens.split(|token| {
        depth += token.depth();
        depth == 0 && token.is(",")
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{constant, conversions, depends_on_rows, filled_with_constants, named_in, operand_of_cast};

    #[test]
    fn the_expression_of_each_column_is_found() {
        let statement = "alter table if exists only public.\"Odd one\" alter column a type int using a::int, \
                         alter \"B c\" set data type numeric(10, 2) using round(\"B c\", 2), alter type type text, add check (x in (1, 2))";
        let found = conversions(statement).unwrap();
        let said: Vec<String> = found.iter().map(|(column, text)| format!("{column}: {text}")).collect();
        assert_eq!(said, ["B c: round(\"B c\", 2)", "a: a::int"]);
        assert_eq!(conversions("do $$ begin end $$"), None);
        assert_eq!(
            conversions("alter table a alter type type int using type::int").unwrap()["type"],
            "type::int"
        );
    }

    #[test]
    fn the_operand_of_the_outermost_cast_is_found() {
        for (expression, operand) in [
            ("s::text::st", Some("s::text")),
            ("(s::text::public.st)", Some("s::text")),
            (
                "case s when 'a' then 'b' else s::text end::st",
                Some("case s when 'a' then 'b' else s::text end"),
            ),
            ("cast(s as st)", Some("s")),
            ("cast(cast(s as text) as st)", Some("cast(s as text)")),
            ("s::text[]::st[]", Some("s::text[]")),
            ("lower(s)", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(operand_of_cast(expression), operand, "{expression}");
        }
    }

    #[test]
    fn only_a_type_or_a_routine_is_a_name_that_counts() {
        let names = BTreeSet::from(["st".to_owned()]);
        let none = BTreeSet::new();
        for expression in ["x::st", "x = 'a'::public.st", "cast(x as st)", "st 'a'"] {
            assert_eq!(named_in(expression, &none, &names), Some("st".to_owned()), "{expression}");
        }
        assert_eq!(named_in("st::text = 'st'", &names, &names), None);
        assert_eq!(named_in("st(x)", &names, &none), Some("st".to_owned()));
    }

    #[test]
    fn a_statement_that_depends_on_rows_is_told_by_its_words() {
        for statement in [
            "UPDATE a SET id = 1 / (id - 1)",
            "with x as (select 1) insert into a select * from x",
            "do $$ begin end $$",
            "create table b as select * from a",
            "create materialized view v as select 1 / id from a",
            "refresh materialized view v",
        ] {
            assert!(depends_on_rows(statement), "{statement}");
        }
        for statement in
            ["create table b (id int)", "create view v as select 1", "alter table a add b int", "select 1"]
        {
            assert!(!depends_on_rows(statement), "{statement}");
        }
        assert_eq!(filled_with_constants("insert into own.\"A\" values (1)").unwrap(), "A");
        assert_eq!(filled_with_constants("insert into a select 1"), None);
    }

    #[test]
    fn a_constant_is_one_with_any_cast() {
        for (expression, value) in
            [("'new'::public.st", "'new'"), ("'{}'::st[]", "'{}'"), ("5", "5"), ("true", "true")]
        {
            assert_eq!(constant(expression), Some(value));
        }
        assert_eq!((constant("now()"), constant("1 + 1"), constant("x")), (None, None, None));
    }
}
