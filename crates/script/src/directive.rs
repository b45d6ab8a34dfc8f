//! The `-- crosstrack: ...` comments at the head of a script.
//!
//! They must not be looked for anywhere else: a comment between statements is prose, whatever it starts with.

mod error;

use std::collections::HashSet;
use std::time::Duration;

use crosstrack_model::{Directives, Reference};

use crate::position::{Position, position_of_byte};
use crate::token::{Kind, tokens};

pub use error::DirectiveError;

/// Every directive, in the order of the documentation.
const DIRECTIVES: &[&str] = &[REQUIRES, IRREVERSIBLE, LOCK_TIMEOUT, LOCK_ATTEMPTS, ALLOW];
const REQUIRES: &str = "requires";
const IRREVERSIBLE: &str = "irreversible";
const LOCK_TIMEOUT: &str = "lock_timeout";
const LOCK_ATTEMPTS: &str = "lock_attempts";
const ALLOW: &str = "allow";

/// How often a statement may be tried at the most.
const LOCK_ATTEMPTS_LIMIT: usize = 100;

/// The words of [`crosstrack_model::Hazard`].
const HAZARDS: &[&str] = &["data-loss", "cascade", "not-transactional", "own-transaction", "no-way-back"];

const PREFIX: &str = "crosstrack:";

/// The most that PostgreSQL's `lock_timeout` takes, in milliseconds.
const LOCK_TIMEOUT_LIMIT: u64 = i32::MAX as u64;

/// What the directives of a script say.
///
/// Only `--` comments in front of the first statement count; other comments, blank lines and a byte-order mark may stand
/// between them.
pub fn directives(sql: &str) -> Result<Directives, DirectiveError> {
    let mut directives = Directives::default();
    for token in tokens(sql).take_while(|token| !token.is_significant()) {
        if token.kind != Kind::LineComment {
            continue;
        }
        if let Some(content) = directive_in(token.text) {
            let start = token.end() - content.len();
            Directive::read(sql, Word { text: content, start })?.add_to(&mut directives)?;
        }
    }
    let mut seen = HashSet::new();
    directives.requires.retain(|reference| seen.insert(reference.clone()));
    Ok(directives)
}

/// What follows `crosstrack:` in a comment.
fn directive_in(comment: &str) -> Option<&str> {
    let text = comment.strip_prefix("--")?.trim_start();
    let (prefix, content) = text.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(content)
}

/// A piece of the script and the byte at which it starts.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    start: usize,
}

impl Word<'_> {
    fn position(self, sql: &str) -> Position {
        position_of_byte(sql, self.start)
    }
}

struct Directive<'a> {
    sql: &'a str,
    name: &'static str,
    word: Word<'a>,
    arguments: Vec<Word<'a>>,
}

impl<'a> Directive<'a> {
    fn read(sql: &'a str, content: Word<'a>) -> Result<Self, DirectiveError> {
        let mut words = words(content);
        let Some(word) = words.next() else {
            return Err(DirectiveError::Empty { position: content.position(sql) });
        };
        match DIRECTIVES.iter().find(|name| **name == word.text) {
            Some(name) => Ok(Self { sql, name, word, arguments: words.collect() }),
            None => Err(DirectiveError::Unknown {
                position: word.position(sql),
                word: word.text.to_owned(),
                nearest: nearest(word.text, DIRECTIVES),
            }),
        }
    }

    fn add_to(&self, directives: &mut Directives) -> Result<(), DirectiveError> {
        match (self.name, self.arguments.first()) {
            (IRREVERSIBLE, None) => directives.irreversible = true,
            (IRREVERSIBLE, Some(argument)) => {
                let position = argument.position(self.sql);
                return Err(DirectiveError::UnexpectedArgument { position, directive: self.name });
            }
            (_, None) => {
                let position = self.word.position(self.sql);
                return Err(DirectiveError::MissingArgument { position, directive: self.name });
            }
            (REQUIRES, Some(_)) => self.add_references(&mut directives.requires)?,
            (LOCK_TIMEOUT, Some(first)) => self.set_lock_timeout(*first, &mut directives.lock_timeout)?,
            (LOCK_ATTEMPTS, Some(first)) => self.set_lock_attempts(*first, &mut directives.lock_attempts)?,
            (_, Some(_)) => self.add_hazards(&mut directives.allow)?,
        }
        Ok(())
    }

    fn add_references(&self, requires: &mut Vec<Reference>) -> Result<(), DirectiveError> {
        for argument in &self.arguments {
            let reference = argument.text.parse().map_err(|source| DirectiveError::Reference {
                position: argument.position(self.sql),
                word: argument.text.to_owned(),
                source,
            })?;
            requires.push(reference);
        }
        Ok(())
    }

    fn set_lock_timeout(
        &self,
        first: Word<'_>,
        lock_timeout: &mut Option<Duration>,
    ) -> Result<(), DirectiveError> {
        let text = self.arguments.iter().map(|argument| argument.text).collect::<Vec<_>>().join(" ");
        let Some(duration) = duration(&text) else {
            return Err(DirectiveError::Duration { position: first.position(self.sql), argument: text });
        };
        if lock_timeout.replace(duration).is_some() {
            let position = self.word.position(self.sql);
            return Err(DirectiveError::Repeated { position, directive: self.name });
        }
        Ok(())
    }

    fn set_lock_attempts(
        &self,
        first: Word<'_>,
        lock_attempts: &mut Option<usize>,
    ) -> Result<(), DirectiveError> {
        let number = first.text.parse().ok().filter(|number| (1..=LOCK_ATTEMPTS_LIMIT).contains(number));
        let (Some(number), [_]) = (number, self.arguments.as_slice()) else {
            let argument = first.text.to_owned();
            return Err(DirectiveError::Number { position: first.position(self.sql), argument });
        };
        if lock_attempts.replace(number).is_some() {
            let position = self.word.position(self.sql);
            return Err(DirectiveError::Repeated { position, directive: self.name });
        }
        Ok(())
    }

    fn add_hazards(&self, allow: &mut Vec<String>) -> Result<(), DirectiveError> {
        for argument in &self.arguments {
            if !HAZARDS.contains(&argument.text) {
                return Err(DirectiveError::UnknownHazard {
                    position: argument.position(self.sql),
                    word: argument.text.to_owned(),
                    nearest: nearest(argument.text, HAZARDS),
                });
            }
            if !allow.iter().any(|allowed| allowed == argument.text) {
                allow.push(argument.text.to_owned());
            }
        }
        Ok(())
    }
}

/// The words of a text, which white space and commas separate.
fn words(mut rest: Word<'_>) -> impl Iterator<Item = Word<'_>> {
    let is_gap = |character: char| character == ',' || character.is_whitespace();
    std::iter::from_fn(move || {
        let text = rest.text.trim_start_matches(is_gap);
        let start = rest.start + rest.text.len() - text.len();
        let length = text.find(is_gap).unwrap_or(text.len());
        rest = Word { text: &text[length..], start: start + length };
        (length > 0).then_some(Word { text: &text[..length], start })
    })
}

/// `500ms`, `2s`, `1 min`, `1h`: at least a millisecond, for PostgreSQL takes zero as no limit at all.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let milliseconds_each = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(milliseconds_each)?;
    (1..=LOCK_TIMEOUT_LIMIT).contains(&milliseconds).then(|| Duration::from_millis(milliseconds))
}

/// The valid word that was probably meant.
fn nearest(word: &str, valid: &[&'static str]) -> Option<&'static str> {
    // No valid word is nearly as long, and the distance takes time and memory for the product of the lengths.
    if word.len() > 40 {
        return None;
    }
    let word = word.to_lowercase();
    valid
        .iter()
        .map(|valid| (strsim::damerau_levenshtein(&word, valid), *valid))
        .filter(|(distance, valid)| *distance <= 3 && distance * 2 <= valid.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, valid)| valid)
}

#[cfg(test)]
mod tests;
