//! The statements of a script.
//!
//! Splitting must not change a statement or lose one: between them stand only semicolons, comments and white space.

use std::ops::Range;

use crate::position::count_lines;
use crate::refusal::{SplitError, first_refusal};
use crate::scanner::Scanner;
use crate::token::{Token, significant_tokens};

/// One statement of a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// From its first word to its last, without the semicolon and without comments before and after it.
    pub text: &'a str,
    /// The byte of the script at which it starts.
    pub start: usize,
    /// The line at which it starts, from 1.
    pub line: usize,
    /// How many characters of the script stand before it: added to a position that the server reports for the statement, it
    /// gives the position in the script.
    pub characters_before: usize,
}

/// The statements of a script, without empty ones.
///
/// What is not terminated (a quote, a comment, a parenthesis) makes one statement of the rest, and the server will say what
/// is wrong with it.
pub fn statements(sql: &str) -> Result<Vec<Statement<'_>>, SplitError> {
    first_refusal(sql).map_or_else(|| Ok(pieces(sql)), Err)
}

/// The statements of any script, also of one that only psql could run.
pub(crate) fn pieces(sql: &str) -> Vec<Statement<'_>> {
    let mut scanner = Scanner::default();
    cut(sql, |token| scanner.separates(token))
}

fn cut<'a>(sql: &'a str, mut separates: impl FnMut(&Token<'a>) -> bool) -> Vec<Statement<'a>> {
    let mut counter = Counter { sql, offset: 0, lines: 0, characters: 0 };
    let mut statements = Vec::new();
    let mut range: Option<Range<usize>> = None;
    for token in significant_tokens(sql) {
        if separates(&token) {
            statements.extend(range.take().map(|range| counter.statement(range)));
        } else {
            range.get_or_insert(token.start..token.start).end = token.end();
        }
    }
    statements.extend(range.map(|range| counter.statement(range)));
    statements
}

/// Counts lines and characters on the way through the script, so that every byte is looked at once.
struct Counter<'a> {
    sql: &'a str,
    offset: usize,
    lines: usize,
    characters: usize,
}

impl<'a> Counter<'a> {
    fn statement(&mut self, range: Range<usize>) -> Statement<'a> {
        let passed = &self.sql[self.offset..range.start];
        self.lines += count_lines(passed);
        self.characters += passed.chars().count();
        self.offset = range.start;
        Statement {
            text: &self.sql[range.clone()],
            start: range.start,
            line: self.lines + 1,
            characters_before: self.characters,
        }
    }
}

#[cfg(test)]
mod grammar;
#[cfg(test)]
mod tests;
