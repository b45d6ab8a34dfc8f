//! SQL expressions in a form in which two of them can be compared.
//!
//! A declared text and the server's own (`pg_get_indexdef(.., pretty => true)`) both go through the same rules, so that the
//! one need not be written as the other:
//!
//! * spaces, comments and the case of what is not quoted do not count; `"name"` is `name`, `!=` is `<>`;
//! * a schema before a name does not count when it is `pg_catalog`, `public` or the table's own;
//! * a cast does not count behind a constant, `NULL` or `ARRAY[...]`, and when it leads to a text type: these the server
//!   adds. Any other cast does, so that `created_at::date` is not `created_at`. `'-1'::integer` is `-1`;
//! * `a IN (1, 2)` is `a = ANY (ARRAY[1, 2])`, `NOT IN` is `<> ALL`;
//! * parentheses do not count around a single token, around a whole argument, and around what `AND` and `OR` join as long
//!   as they would join it in the same way without.
//!
//! It must not go further: two expressions that mean the same for another reason are different.

use crate::token::{Kind, Token, closing, items, tokens};

const TEXT_TYPES: [&str; 6] = ["text", "varchar", "character varying", "bpchar", "character", "name"];

const NUMERIC_TYPES: [&str; 8] =
    ["smallint", "integer", "bigint", "numeric", "real", "double precision", "int", "decimal"];

/// The words behind which a parenthesis groups, and does not hold the arguments of a function.
const GROUPING_WORDS: [&str; 6] = ["and", "or", "not", "when", "then", "else"];

/// The form of an expression in which it is compared. `schema` is the schema of the table.
pub(crate) fn comparable(text: &str, schema: &str) -> String {
    comparable_tokens(&tokens(text), schema)
}

/// The same for an expression that is already in tokens.
pub(crate) fn comparable_tokens(tokens: &[Token], schema: &str) -> String {
    let mut tokens = tokens.to_vec();
    for token in &mut tokens {
        fold(token);
    }
    remove_schemas(&mut tokens, schema);
    // A cast hides behind parentheses, and parentheses behind a cast.
    loop {
        let before = tokens.len();
        remove_parentheses(&mut tokens);
        remove_casts(&mut tokens);
        if tokens.len() == before {
            break;
        }
    }
    rewrite_in(&mut tokens);
    let texts: Vec<&str> = tokens.iter().map(|token| token.text.as_str()).collect();
    texts.join(" ")
}

fn fold(token: &mut Token) {
    match token.kind {
        Kind::Word => token.text = token.text.to_lowercase(),
        Kind::QuotedName => {
            let name = token.text.trim_matches('"');
            let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            if is_plain && !name.starts_with(|c: char| c.is_ascii_digit()) && !name.is_empty() {
                *token = Token::new(Kind::Word, name);
            }
        }
        Kind::Operator if token.text == "!=" => "<>".clone_into(&mut token.text),
        _ => {}
    }
}

fn remove_schemas(tokens: &mut Vec<Token>, schema: &str) {
    let mut position = 0;
    while position + 2 < tokens.len() {
        let is_first = position == 0 || tokens[position - 1].kind != Kind::Dot;
        let is_known = ["pg_catalog", "public", schema].contains(&tokens[position].text.as_str());
        if is_first && is_known && tokens[position + 1].kind == Kind::Dot {
            tokens.drain(position..position + 2);
        }
        position += 1;
    }
}

fn remove_casts(tokens: &mut Vec<Token>) {
    let mut position = 1;
    while position < tokens.len() {
        if tokens[position].text != "::" {
            position += 1;
            continue;
        }
        let (name, end) = cast_type(tokens, position + 1);
        let operand = &tokens[position - 1];
        let is_constant = matches!(operand.kind, Kind::Text | Kind::Number)
            || operand.text == "]"
            || operand.is_any(&["null", "true", "false"]);
        if !is_constant && !TEXT_TYPES.contains(&name.as_str()) {
            position = end;
            continue;
        }
        tokens.drain(position..end);
        if NUMERIC_TYPES.contains(&name.as_str()) {
            position = bare_number(tokens, position - 1);
        }
    }
}

/// The name of the type that starts at a position, without its schema, length and brackets, and where it ends.
fn cast_type(tokens: &[Token], start: usize) -> (String, usize) {
    let is_dot = |position: usize| tokens.get(position).is_some_and(|token| token.kind == Kind::Dot);
    let mut last = start;
    while is_dot(last + 1) {
        last += 2;
    }
    let mut name = tokens.get(last).map(|token| token.text.clone()).unwrap_or_default();
    let mut end = last + 1;
    if tokens.get(end).is_some_and(|token| token.is_any(&["varying", "precision"])) {
        name = format!("{name} {}", tokens[end].text);
        end += 1;
    }
    if tokens.get(end).is_some_and(|token| token.text == "(") {
        end = closing(tokens, end).map_or(tokens.len(), |close| close + 1);
    }
    if tokens.get(end).is_some_and(|token| token.is_any(&["with", "without"])) {
        end += 3;
    }
    while tokens.get(end).is_some_and(|token| token.text == "[") {
        end = closing(tokens, end).map_or(tokens.len(), |close| close + 1);
    }
    (name, end.min(tokens.len()))
}

/// Takes a number out of its quotes, as the server writes negative ones, and gives the position behind it.
fn bare_number(tokens: &mut Vec<Token>, position: usize) -> usize {
    let text = tokens[position].text.trim_matches('\'').to_owned();
    if tokens[position].kind != Kind::Text || text.parse::<f64>().is_err() {
        return position + 1;
    }
    let digits = text.trim_start_matches('-');
    let mut number = vec![Token::new(Kind::Number, digits)];
    if digits.len() < text.len() {
        number.insert(0, Token::new(Kind::Operator, "-"));
    }
    let length = number.len();
    tokens.splice(position..=position, number);
    position + length
}

fn remove_parentheses(tokens: &mut Vec<Token>) {
    let mut open = 0;
    while open < tokens.len() {
        match closing(tokens, open) {
            Some(close) if tokens[open].text == "(" && is_redundant(tokens, open, close) => {
                tokens.remove(close);
                tokens.remove(open);
                // What was inside, or around, may be redundant now.
                open = 0;
            }
            _ => open += 1,
        }
    }
}

fn is_redundant(tokens: &[Token], open: usize, close: usize) -> bool {
    let before = open.checked_sub(1).map(|position| &tokens[position]);
    let after = tokens.get(close + 1);
    let groups = before.is_none_or(|token| match token.kind {
        Kind::Word => token.is_any(&GROUPING_WORDS),
        Kind::QuotedName => false,
        _ => true,
    });
    let content = &tokens[open + 1..close];
    if !groups || content.is_empty() || items(content).len() > 1 {
        return false;
    }
    content.len() == 1 || stands_alone(before, after, content)
}

/// Whether what is in the parentheses is joined to its neighbours in the same way without them.
fn stands_alone(before: Option<&Token>, after: Option<&Token>, content: &[Token]) -> bool {
    let starts = before
        .is_none_or(|token| matches!(token.kind, Kind::Open | Kind::Comma) || token.is_any(&GROUPING_WORDS));
    let ends = after.is_none_or(|token| {
        matches!(token.kind, Kind::Close | Kind::Comma) || token.is_any(&["and", "or", "then", "else", "end"])
    });
    let binds_tightly = before.is_some_and(|token| token.is_any(&["and", "not"]))
        || after.is_some_and(|token| token.is("and"));
    let is_negated = before.is_some_and(|token| token.is("not"));
    let joins_loosely = has_outer(content, "or") || (is_negated && has_outer(content, "and"));
    starts && ends && !(binds_tightly && joins_loosely)
}

fn has_outer(tokens: &[Token], word: &str) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.is(word)
    })
}

fn rewrite_in(tokens: &mut Vec<Token>) {
    let mut position = 0;
    while position + 1 < tokens.len() {
        let open = position + 1;
        let list = tokens[position].is("in") && tokens[open].text == "(";
        let Some(close) = closing(tokens, open).filter(|_| list) else {
            position += 1;
            continue;
        };
        let is_negated = position > 0 && tokens[position - 1].is("not");
        let (start, operator, quantifier) =
            if is_negated { (position - 1, "<>", "all") } else { (position, "=", "any") };
        let mut written = vec![Token::new(Kind::Operator, operator)];
        if items(&tokens[open + 1..close]).len() == 1 {
            // The server takes a list of one for a comparison.
            written.extend_from_slice(&tokens[open + 1..close]);
        } else {
            written.extend([Token::new(Kind::Word, quantifier), Token::new(Kind::Open, "(")]);
            written.extend([Token::new(Kind::Word, "array"), Token::new(Kind::Open, "[")]);
            written.extend_from_slice(&tokens[open + 1..close]);
            written.extend([Token::new(Kind::Close, "]"), Token::new(Kind::Close, ")")]);
        }
        position = start + written.len();
        tokens.splice(start..=close, written);
    }
}

#[cfg(test)]
mod tests {
    use super::comparable;

    fn assert_same(declared: &str, server: &str) {
        assert_eq!(comparable(declared, "shop"), comparable(server, "shop"), "{declared} | {server}");
    }

    fn assert_different(declared: &str, server: &str) {
        assert_ne!(comparable(declared, "shop"), comparable(server, "shop"), "{declared} | {server}");
    }

    #[test]
    fn what_the_server_adds_to_an_expression_does_not_count() {
        for (declared, server) in [
            ("revoked_at is null", "(revoked_at IS NULL)"),
            ("status = 'published'", "status = 'published'::publication_status"),
            ("status = 'published'", "(status = 'published'::shop.publication_status)"),
            ("lower(email)", "lower((email)::text)"),
            ("lower(email)", "lower(email::text)"),
            ("lower(email)", "shop.lower(email)"),
            ("n > -1", "n > '-1'::integer"),
            ("day < '2020-01-01'", "(day < '2020-01-01'::date)"),
            ("at < '2020-01-01 00:00:00'", "at < '2020-01-01 00:00:00'::timestamp(3) without time zone"),
            ("\"role\" != 'a'", "role <> 'a'::text"),
            ("price > 1.5", "price > 1.5::double precision"),
        ] {
            assert_same(declared, server);
        }
    }

    #[test]
    fn parentheses_count_only_where_they_group() {
        let pretty = "m = 'a'::mood AND (a::text = ANY (ARRAY['x'::character varying, 'y'::character varying]::text[])) \
                      AND n > '-1'::integer AND (n < 3 OR n IS NULL)";
        let full = "((m = 'a'::mood) AND ((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[])) \
                    AND (n > '-1'::integer) AND ((n < 3) OR (n IS NULL)))";
        let declared = "m = 'a' and a in ('x', 'y') and n > -1 and (n < 3 or n is null)";
        assert_same(declared, pretty);
        assert_same(declared, full);
        assert_same("(a and b) or c", "a and b or c");
        assert_same("a or (b or c)", "a or b or c");
        assert_same("f((a || b), c)", "f(a || b, c)");
        assert_different("a and (b or c)", "a and b or c");
        assert_different("not (a and b)", "not a and b");
        assert_different("(a + b) * c", "a + b * c");
        assert_different("f((a, b))", "f(a, b)");
        assert_different("any (a)", "any a");
    }

    #[test]
    fn a_list_of_values_is_written_in_two_ways() {
        assert_same("code in (401, 403)", "code = ANY (ARRAY[401, 403])");
        assert_same("code not in (401, 403)", "code <> ALL (ARRAY[401, 403])");
        assert_same("code in (401)", "code = 401");
        assert_different("code in (401, 403)", "code = ANY (ARRAY[401, 404])");
    }

    #[test]
    fn what_means_something_else_is_different() {
        for (declared, server) in [
            ("created_at", "created_at::date"),
            ("name = 'A'", "name = 'a'"),
            ("name = 'a b'", "name = 'a  b'"),
            ("a IS NULL", "a IS NOT NULL"),
            ("other.f(a)", "f(a)"),
            ("\"Name\"", "name"),
            ("duration_ms >= 1000", "duration_ms > 1000"),
        ] {
            assert_different(declared, server);
        }
    }

    #[test]
    fn no_text_is_too_broken_to_compare() {
        for text in
            ["", "(", ")", "((", "a::", "::", "a.", "x in (", "not in ()", "'", "\"", "a::b.", "]::x[", "$$"]
        {
            let _ = comparable(text, "shop");
        }
    }
}
