//! The code that a statement brings along as text: the body of a `DO` block, a function or a procedure.
//!
//! It must not read the code.

use crate::literal::{is_literal, literal, written_name};
use crate::token::{Kind, Token, after, outside_brackets, skip};

/// Code and its language.
#[derive(Debug)]
pub(crate) struct Routine {
    /// In lower case; `None` when the statement names none that can be read.
    pub(crate) language: Option<String>,
    /// The body, if it is text: one in `BEGIN ATOMIC` is part of the statement.
    pub(crate) body: Option<String>,
    /// A `DO` block, which the statement runs and does not only define.
    pub(crate) is_block: bool,
}

/// The code of a `DO` or a `CREATE FUNCTION | PROCEDURE`.
pub(crate) fn routine(tokens: &[Token<'_>]) -> Option<Routine> {
    let is_block = tokens.first()?.is("do");
    if !is_block && !is_definition(tokens) {
        return None;
    }
    let outside = outside_brackets(tokens);
    let language = outside.iter().position(|token| token.is("language"));
    let named = language.and_then(|language| {
        let named = &outside[language + 1..];
        literal(named).or_else(|| written_name(named))
    });
    let default = if is_block { "plpgsql" } else { "sql" };
    let body = outside.iter().enumerate().position(|(index, token)| {
        let previous = index.checked_sub(1).map(|previous| &outside[previous]);
        let may_be_body = previous
            .is_some_and(|previous| if is_block { !previous.is("language") } else { previous.is("as") });
        may_be_body && is_literal(token)
    });
    Some(Routine {
        language: match language {
            Some(_) => named.map(|named| named.text.to_lowercase()),
            None => Some(default.to_owned()),
        },
        body: body.and_then(|body| literal(&outside[body..])).map(|body| body.text),
        is_block,
    })
}

/// Tells whether a statement defines a function or a procedure.
pub(crate) fn is_definition(tokens: &[Token<'_>]) -> bool {
    after(tokens, &["create"])
        .and_then(|rest| skip(rest, &["or", "replace"]).first())
        .is_some_and(|kind| kind.kind == Kind::Word && kind.is_any(&["function", "procedure"]))
}
