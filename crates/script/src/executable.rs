//! Everything in a script that the server may run: its statements, and those in the code and in the texts that they run.
//!
//! It must not miss one. Not to be seen are statements that come out of a table, a parameter or an encoding.

use crate::assembled::assembled_texts;
use crate::block::BEFORE_STATEMENT;
use crate::literal::literal;
use crate::routine::{Routine, routine};
use crate::statement::pieces;
use crate::token::{Kind, Token, significant_tokens};

mod argument;

/// Levels of quotes inside of quotes that are taken apart. Deeper code is raw, so that the time is linear and the stack small.
const DEPTH_LIMIT: u8 = 5;

/// Languages whose code is SQL.
const OF_SQL: &[&str] = &["sql", "plpgsql"];

/// A part of a script that the server may run.
pub(crate) enum Executable<'t, 'a> {
    /// A statement.
    Statement {
        tokens: &'t [Token<'a>],
        /// Put together by a block, so that parts of it may be unknown.
        is_assembled: bool,
        /// Runs only when a function is called.
        is_in_function: bool,
    },
    /// Code of another language or with too many levels of quotes.
    Raw(&'t str),
}

/// Shows everything in a script that the server may run.
pub(crate) fn visit_executables(sql: &str, visit: &mut dyn FnMut(Executable<'_, '_>)) {
    let mut visitor = Visitor { visit };
    for piece in pieces(sql) {
        let tokens: Vec<Token<'_>> = significant_tokens(piece.text).collect();
        visitor.visit_statement(&tokens, true, Context::default());
    }
}

struct Visitor<'v> {
    visit: &'v mut dyn FnMut(Executable<'_, '_>),
}

/// The code that surrounds a statement.
#[derive(Clone, Copy, Default)]
struct Context {
    depth: u8,
    is_assembled: bool,
    is_in_function: bool,
}

impl Visitor<'_> {
    /// `passes_texts`: visit the texts that it gives to functions, because they are not visited with the block's.
    fn visit_statement(&mut self, tokens: &[Token<'_>], passes_texts: bool, context: Context) {
        let Context { is_assembled, is_in_function, .. } = context;
        (self.visit)(Executable::Statement { tokens, is_assembled, is_in_function });
        match routine(tokens) {
            Some(Routine { language, body: Some(body), is_block }) => {
                let is_in_function = is_in_function || !is_block;
                let context = Context { is_in_function, ..context };
                if language.is_some_and(|language| OF_SQL.contains(&language.as_str())) {
                    self.visit_code(&body, context);
                } else {
                    (self.visit)(Executable::Raw(&body));
                }
            }
            None if passes_texts => {
                for start in argument::passed_texts(tokens) {
                    let text = literal(&tokens[start..]).map(|constant| constant.text).unwrap_or_default();
                    self.visit_code(&text, context);
                }
            }
            _ => {}
        }
    }

    fn visit_code(&mut self, code: &str, context: Context) {
        if context.depth == DEPTH_LIMIT {
            return (self.visit)(Executable::Raw(code));
        }
        let context = Context { depth: context.depth + 1, ..context };
        let tokens: Vec<Token<'_>> = significant_tokens(code).collect();
        let executes = executes_texts(&tokens);
        for piece in pieces(code) {
            let tokens: Vec<Token<'_>> = significant_tokens(piece.text).collect();
            for statement in statements_of(&tokens) {
                self.visit_statement(statement, !executes, context);
            }
        }
        if executes {
            for text in assembled_texts(&tokens) {
                self.visit_code(&text, Context { is_assembled: true, ..context });
            }
        }
    }
}

/// The statements between two semicolons of code, each of which goes on to where the next can start.
fn statements_of<'t, 'a>(tokens: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut statements = Vec::new();
    let mut depth = 0_usize;
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            // A statement of PL/pgSQL is never in brackets, a `CASE` of an expression may be.
            _ if depth == 0 && token.is_any(BEFORE_STATEMENT) => {
                statements.push(&tokens[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    statements.push(&tokens[start..]);
    statements.retain(|statement| !statement.is_empty());
    statements
}

/// Tells whether code runs texts. The word also names a privilege and a part of `CREATE TRIGGER`.
fn executes_texts(tokens: &[Token<'_>]) -> bool {
    tokens.iter().enumerate().any(|(index, token)| {
        let is_something_else = match &tokens[index + 1..] {
            [next, named, ..] if next.is_any(&["function", "procedure"]) => {
                matches!(named.kind, Kind::Word | Kind::QuotedName)
            }
            [next, ..] => next.is("on"),
            [] => false,
        };
        token.is("execute") && !is_something_else
    })
}
