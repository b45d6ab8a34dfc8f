//! A value and its place.
//!
//! It must not know what the value is for; it knows what a text, a list or a table looks like and says so.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use toml::de::DeValue;

use super::{Document, Read, Table};
use crate::duration::{SERVER_LIMIT, parse_duration};
use crate::mistake::{Mistake, Problem};
use crate::nearest::did_you_mean;

/// A value, or the key of one, in a document.
#[derive(Clone)]
pub struct Node<'d> {
    document: &'d Document,
    name: String,
    value: &'d DeValue<'d>,
    span: Range<usize>,
}

impl<'d> Node<'d> {
    pub(super) fn new(
        document: &'d Document,
        name: String,
        value: &'d DeValue<'d>,
        span: Range<usize>,
    ) -> Self {
        Self { document, name, value, span }
    }

    /// The name of the key.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Where it starts in the file, to tell what comes first.
    pub(crate) fn start(&self) -> usize {
        self.span.start
    }

    /// A text that is not empty.
    pub fn text(&self) -> Read<&'d str> {
        match self.value {
            DeValue::String(text) if text.is_empty() => {
                Err(self.mistake(Problem::Empty { key: self.name.clone() }))
            }
            DeValue::String(text) => Ok(text),
            _ => Err(self.wrong_type("a text in quotes")),
        }
    }

    /// True or false.
    pub fn truth(&self) -> Read<bool> {
        match self.value {
            DeValue::Boolean(truth) => Ok(*truth),
            _ => Err(self.wrong_type("true or false")),
        }
    }

    /// One of a list of words.
    pub(crate) fn word<'w>(&self, noun: &'static str, valid: &[&'w str]) -> Read<&'w str> {
        let word = self.text()?;
        valid.iter().copied().find(|candidate| *candidate == word).ok_or_else(|| {
            let problem = Problem::UnknownWord { noun, word: word.to_owned() };
            self.mistake_with(problem, did_you_mean(word, valid))
        })
    }

    /// A duration.
    pub(crate) fn duration(&self) -> Read<Duration> {
        let text = self.text()?;
        parse_duration(text).map_err(|_| {
            let hint = "a whole number and `ms`, `s`, `min` or `h`: \"5s\"".to_owned();
            self.mistake_with(Problem::BadDuration { text: text.to_owned() }, Some(hint))
        })
    }

    /// A limit that the server is given: longer than nothing, and no longer than it can count.
    pub(crate) fn some_time(&self) -> Read<Duration> {
        let duration = self.duration()?;
        if duration > SERVER_LIMIT {
            let hint = format!("the server counts up to {} hours", SERVER_LIMIT.as_secs() / 3600);
            let problem = Problem::BadDuration { text: self.text()?.to_owned() };
            return Err(self.mistake_with(problem, Some(hint)));
        }
        if duration.is_zero() {
            return Err(self.mistake(Problem::NoTime { key: self.name.clone() }));
        }
        Ok(duration)
    }

    /// A whole number in a range.
    pub(crate) fn count(&self, range: RangeInclusive<usize>) -> Read<usize> {
        let number = match self.value {
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        };
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            self.mistake(Problem::BadCount {
                key: self.name.clone(),
                least: *range.start(),
                most: *range.end(),
            })
        })
    }

    /// One of a list of things that have names.
    pub fn one_of<T: Copy>(
        &self,
        noun: &'static str,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Read<T> {
        let word = self.text()?;
        all.iter().copied().find(|&one| name(one) == word).ok_or_else(|| {
            let names: Vec<&str> = all.iter().copied().map(&name).collect();
            let problem = Problem::UnknownWord { noun, word: word.to_owned() };
            self.mistake_with(problem, did_you_mean(word, &names))
        })
    }

    /// A list.
    pub fn list(&self) -> Read<Vec<Self>> {
        match self.value {
            DeValue::Array(items) => Ok(items.iter().map(|item| self.item(item)).collect()),
            _ => Err(self.wrong_type("a list in square brackets")),
        }
    }

    /// A list of tables: `[[name]]`.
    pub fn tables(&self, keys: &[&'static str]) -> Read<Vec<Table<'d>>> {
        let DeValue::Array(items) = self.value else {
            return Err(self.wrong_type("a list of tables in double square brackets"));
        };
        let label = format!("`[[{}]]`", self.name);
        items
            .iter()
            .map(|item| {
                let item = self.item(item);
                let DeValue::Table(entries) = item.value else { return Err(item.wrong_type("a table")) };
                Table::open(self.document, entries, label.clone(), item.span, keys)
            })
            .collect()
    }

    /// A table that may have these keys. `label` is how messages name it.
    pub(crate) fn table(&self, label: String, keys: &[&'static str]) -> Read<Table<'d>> {
        match self.value {
            DeValue::Table(entries) => Table::open(self.document, entries, label, self.span.clone(), keys),
            _ => Err(self.wrong_type("a table")),
        }
    }

    /// A table whose keys are names, or a table that is not ours.
    pub(crate) fn map(&self) -> Read<Table<'d>> {
        match self.value {
            DeValue::Table(entries) => {
                Ok(Table::foreign(self.document, entries, format!("`{}`", self.name), self.span.clone()))
            }
            _ => Err(self.wrong_type("a table")),
        }
    }

    /// Whether it is a list.
    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A mistake at this place.
    pub fn mistake(&self, problem: Problem) -> Box<Mistake> {
        self.mistake_with(problem, None)
    }

    /// A mistake at this place and what to do about it.
    pub fn mistake_with(&self, problem: Problem, hint: Option<String>) -> Box<Mistake> {
        self.document.mistake(self.span.clone(), problem, hint)
    }

    fn item(&self, item: &'d toml::Spanned<DeValue<'d>>) -> Self {
        Self::new(self.document, self.name.clone(), item.get_ref(), item.span())
    }

    fn wrong_type(&self, expected: &'static str) -> Box<Mistake> {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.mistake(Problem::WrongType { key: self.name.clone(), expected, found: found.to_owned() })
    }
}
