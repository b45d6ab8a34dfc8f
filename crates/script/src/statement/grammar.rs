//! What a full PostgreSQL grammar takes for separators, to hold the scanner against it in tests.
//!
//! It must not leave the tests: the parser recurses, also over what it cannot parse, and a script of 40 KB made of
//! `union with for row,` overflows the stack and ends the process. The scanner knows all that PostgreSQL's lexical rules say.

use squawk_parser::{EntryPoint, LexedStr, StrStep, SyntaxKind};

/// The bytes at which separating semicolons stand, or `None` when the grammar does not understand every statement.
pub(super) fn separators(sql: &str) -> Option<Vec<usize>> {
    let lexed = LexedStr::new(sql);
    let mut reading = Reading {
        separators: Vec::new(),
        is_sound: lexed.errors().next().is_none(),
        is_closed: true,
        depth: 0,
        offset: 0,
    };
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    lexed.intersperse_trivia(&output, &mut |step| reading.take(&step));
    reading.is_sound.then_some(reading.separators)
}

struct Reading {
    separators: Vec<usize>,
    is_sound: bool,
    /// Whether the last statement so far had its semicolon.
    is_closed: bool,
    depth: usize,
    offset: usize,
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
