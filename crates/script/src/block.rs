//! The statements that stand directly in a `DO` block.
//!
//! It must not guess: SQL that a block puts together as text (`EXECUTE`) is not looked at.

use crate::position::count_lines;
use crate::statement::{Statement, pieces};
use crate::token::{Kind, significant_tokens};

/// Words of PL/pgSQL after which a statement can start without a semicolon before it.
pub(crate) const BEFORE_STATEMENT: &[&str] = &["begin", "then", "else", "loop"];

/// The text between the delimiters of a block, and the line of the script at which it starts; nothing when its body is written as
/// an ordinary string.
pub(crate) fn body<'a>(block: &Statement<'a>) -> Option<(&'a str, usize)> {
    let body = significant_tokens(block.text).find(|token| token.kind == Kind::DollarQuoted)?;
    Some((inside_dollars(body.text), block.line + count_lines(&block.text[..body.start])))
}

/// The statements of a block that start with one of these words, each with its line.
pub(crate) fn direct_statements<'a>(block: &Statement<'a>, verbs: &[&str]) -> Vec<(&'a str, usize)> {
    let Some((body, first_line)) = body(block) else { return Vec::new() };
    pieces(body)
        .iter()
        .filter_map(|piece| {
            let start = direct_statement(piece.text, verbs)?;
            let line = first_line - 1 + piece.line + count_lines(&piece.text[..start]);
            Some((&piece.text[start..], line))
        })
        .collect()
}

/// The text between the delimiters of a dollar-quoted string. A delimiter holds no line ending.
pub(crate) fn inside_dollars(quoted: &str) -> &str {
    let tag_length = quoted[1..].find('$').map_or(quoted.len(), |dollar| dollar + 2);
    let (tag, rest) = quoted.split_at(tag_length);
    rest.strip_suffix(tag).unwrap_or(rest)
}

/// The byte at which a statement with one of these first words starts in what stands between two semicolons of PL/pgSQL.
fn direct_statement(piece: &str, verbs: &[&str]) -> Option<usize> {
    let mut may_start = true;
    let mut start = None;
    for token in significant_tokens(piece) {
        if may_start && token.is_any(verbs) {
            start = Some(token.start);
        }
        may_start = token.is_any(BEFORE_STATEMENT);
    }
    start
}
