//! The `-- crosstrack: ...` comments at the head of a script.
//!
//! They must not be looked for anywhere else: a comment between statements is prose, whatever it starts with.

mod error;

use std::time::Duration;

use crosstrack_model::Directives;

use crate::position::{Position, position_of_byte};
use crate::token::{Kind, tokens};

pub use error::DirectiveError;

/// Every directive, in the order of the documentation.
const DIRECTIVES: &[&str] = &[REQUIRES, IRREVERSIBLE, LOCK_TIMEOUT, ALLOW];
const REQUIRES: &str = "requires";
const IRREVERSIBLE: &str = "irreversible";
const LOCK_TIMEOUT: &str = "lock_timeout";
const ALLOW: &str = "allow";

/// The words of [`crosstrack_model::Hazard`].
const HAZARDS: &[&str] = &["data-loss", "cascade", "not-transactional", "no-way-back"];

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
            Comment { sql, content: Word { text: content, start } }.add_to(&mut directives)?;
        }
    }
    Ok(directives)
}

/// What follows `crosstrack:` in a comment.
fn directive_in(comment: &str) -> Option<&str> {
    let text = comment.strip_prefix("--")?.trim_start();
    let (prefix, content) = text.split_at_checked(PREFIX.len())?;
    prefix.eq_ignore_ascii_case(PREFIX).then_some(content)
}

#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    start: usize,
}

struct Comment<'a> {
    sql: &'a str,
    content: Word<'a>,
}

impl<'a> Comment<'a> {
    fn add_to(&self, directives: &mut Directives) -> Result<(), DirectiveError> {
        let mut words = self.words();
        let Some(directive) = words.next() else {
            return Err(DirectiveError::Empty { position: self.position(self.content) });
        };
        match directive.text {
            REQUIRES => self.add_references(directive, words, directives),
            IRREVERSIBLE => self.add_irreversible(words.next(), directives),
            LOCK_TIMEOUT => self.add_lock_timeout(directive, directives),
            ALLOW => self.add_hazards(directive, words, directives),
            _ => Err(DirectiveError::Unknown {
                position: self.position(directive),
                word: directive.text.to_owned(),
                nearest: nearest(directive.text, DIRECTIVES),
            }),
        }
    }

    fn add_references(
        &self,
        directive: Word<'a>,
        words: impl Iterator<Item = Word<'a>>,
        directives: &mut Directives,
    ) -> Result<(), DirectiveError> {
        let mut words = words.peekable();
        self.must_follow(directive, words.peek())?;
        for word in words {
            let reference = word.text.parse().map_err(|source| DirectiveError::Reference {
                position: self.position(word),
                word: word.text.to_owned(),
                source,
            })?;
            if !directives.requires.contains(&reference) {
                directives.requires.push(reference);
            }
        }
        Ok(())
    }

    fn add_irreversible(
        &self,
        argument: Option<Word<'a>>,
        directives: &mut Directives,
    ) -> Result<(), DirectiveError> {
        if let Some(argument) = argument {
            return Err(DirectiveError::UnexpectedArgument {
                position: self.position(argument),
                directive: IRREVERSIBLE,
            });
        }
        directives.irreversible = true;
        Ok(())
    }

    fn add_lock_timeout(
        &self,
        directive: Word<'a>,
        directives: &mut Directives,
    ) -> Result<(), DirectiveError> {
        let argument = self.words().nth(1);
        self.must_follow(directive, argument.as_ref())?;
        let argument = argument.unwrap_or(directive);
        let end = self.content.start + self.content.text.len();
        let text = self.sql[argument.start..end].trim_end();
        let duration = duration(text).ok_or_else(|| DirectiveError::Duration {
            position: self.position(argument),
            argument: text.to_owned(),
        })?;
        if directives.lock_timeout.replace(duration).is_some() {
            return Err(DirectiveError::Repeated {
                position: self.position(directive),
                directive: LOCK_TIMEOUT,
            });
        }
        Ok(())
    }

    fn add_hazards(
        &self,
        directive: Word<'a>,
        words: impl Iterator<Item = Word<'a>>,
        directives: &mut Directives,
    ) -> Result<(), DirectiveError> {
        let mut words = words.peekable();
        self.must_follow(directive, words.peek())?;
        for word in words {
            if !HAZARDS.contains(&word.text) {
                return Err(DirectiveError::UnknownHazard {
                    position: self.position(word),
                    word: word.text.to_owned(),
                    nearest: nearest(word.text, HAZARDS),
                });
            }
            if !directives.allow.iter().any(|allowed| allowed == word.text) {
                directives.allow.push(word.text.to_owned());
            }
        }
        Ok(())
    }

    fn must_follow(&self, directive: Word<'a>, argument: Option<&Word<'a>>) -> Result<(), DirectiveError> {
        if argument.is_some() {
            return Ok(());
        }
        let directive_name = DIRECTIVES.iter().find(|name| **name == directive.text).copied();
        Err(DirectiveError::MissingArgument {
            position: self.position(directive),
            directive: directive_name.unwrap_or_default(),
        })
    }

    /// The words of the comment, which white space and commas separate.
    fn words(&self) -> impl Iterator<Item = Word<'a>> + use<'a> {
        let Word { text: content, start } = self.content;
        content
            .split(|character: char| character == ',' || character.is_whitespace())
            .filter(|text| !text.is_empty())
            .map(move |text| Word { text, start: start + (text.as_ptr().addr() - content.as_ptr().addr()) })
    }

    fn position(&self, word: Word<'_>) -> Position {
        position_of_byte(self.sql, word.start)
    }
}

/// `500ms`, `2s`, `1 min`: at least a millisecond, for PostgreSQL takes zero as no limit at all.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let milliseconds_each = match unit.trim_start() {
        "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
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
