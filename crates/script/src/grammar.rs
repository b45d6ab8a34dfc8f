//! Which semicolons separate statements, by the word of a full PostgreSQL grammar.
//!
//! The grammar is somebody else's and follows PostgreSQL at its own pace, so it must never decide whether a script runs: where
//! it does not understand, or could be asked too much, it is not heard.

use std::panic::catch_unwind;

use squawk_parser::{EntryPoint, LexedStr, StrStep, SyntaxKind};

use crate::token::{Kind, significant_tokens};

/// Larger scripts are data, and there the grammar would only cost time and memory.
const SIZE_LIMIT: usize = 256 * 1024;

/// The parser recurses, and overflows a thread's usual two megabytes at about 500 nested brackets in a debug build.
const NESTING_LIMIT: usize = 100;

/// The bytes at which separating semicolons stand, or `None` when the grammar does not understand every statement.
pub(crate) fn separators(sql: &str) -> Option<Vec<usize>> {
    if sql.len() > SIZE_LIMIT || nests_deeply(sql) {
        return None;
    }
    // A parser's broken assertion is one more way of not understanding.
    let reading = catch_unwind(|| read(sql)).ok()?;
    reading.is_sound.then_some(reading.separators)
}

/// Whether a recursive parser could descend further than is safe.
///
/// Each significant token may nest the next one (`not not not ...`, `case when case when ...`) until a comma or a semicolon
/// ends what stands at that level of brackets.
fn nests_deeply(sql: &str) -> bool {
    let mut outer_levels: Vec<usize> = Vec::new();
    let mut outer = 0;
    let mut level = 0;
    for token in significant_tokens(sql) {
        match token.kind {
            Kind::Open => {
                outer_levels.push(level);
                outer += level + 1;
                level = 0;
            }
            Kind::Close => {
                if let Some(enclosing) = outer_levels.pop() {
                    outer -= enclosing + 1;
                    level = enclosing;
                }
            }
            Kind::Comma | Kind::Semicolon => level = 0,
            _ => level += 1,
        }
        if outer + level > NESTING_LIMIT {
            return true;
        }
    }
    false
}

struct Reading {
    separators: Vec<usize>,
    is_sound: bool,
    /// Whether the last statement so far had its semicolon.
    is_closed: bool,
    depth: usize,
    offset: usize,
}

fn read(sql: &str) -> Reading {
    let mut reading =
        Reading { separators: Vec::new(), is_sound: true, is_closed: true, depth: 0, offset: 0 };
    let lexed = LexedStr::new(sql);
    reading.is_sound = lexed.errors().next().is_none();
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    lexed.intersperse_trivia(&output, &mut |step| reading.take(&step));
    reading
}

impl Reading {
    fn take(&mut self, step: &StrStep<'_>) {
        match step {
            StrStep::Enter { .. } => {
                // The grammar takes `create table a () drop table b` for two statements; the server refuses it.
                if self.depth == 1 {
                    self.is_sound &= self.is_closed;
                    self.is_closed = false;
                }
                self.depth += 1;
            }
            StrStep::Exit => self.depth -= 1,
            StrStep::Token { kind, text } => {
                if *kind == SyntaxKind::SEMICOLON && self.depth == 2 {
                    self.separators.push(self.offset);
                    self.is_closed = true;
                }
                self.offset += text.len();
            }
            StrStep::Error { .. } => self.is_sound = false,
        }
    }
}
