//! A table: keys with values, of which only the known ones are allowed.
//!
//! It must not give a value a meaning.

use std::ops::Range;

use toml::de::DeTable;

use super::{Document, Node, Read};
use crate::mistake::{Mistake, Problem};
use crate::nearest::did_you_mean;

/// A table of a document.
#[derive(Clone)]
pub struct Table<'d> {
    document: &'d Document,
    entries: &'d DeTable<'d>,
    /// How the table is named in messages: `[database]`.
    label: String,
    span: Range<usize>,
}

impl<'d> Table<'d> {
    /// A table that may have these keys and no others.
    pub(super) fn open(
        document: &'d Document,
        entries: &'d DeTable<'d>,
        label: String,
        span: Range<usize>,
        keys: &[&'static str],
    ) -> Read<Self> {
        let table = Self::foreign(document, entries, label, span);
        let unknown = table.keys().filter(|key| !keys.contains(&key.name()));
        match unknown.min_by_key(Node::start) {
            Some(key) => Err(key.mistake_with(
                Problem::UnknownKey { key: key.name().to_owned(), table: table.label.clone() },
                did_you_mean(key.name(), keys),
            )),
            None => Ok(table),
        }
    }

    /// A table that may have any keys.
    pub(super) fn foreign(
        document: &'d Document,
        entries: &'d DeTable<'d>,
        label: String,
        span: Range<usize>,
    ) -> Self {
        Self { document, entries, label, span }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<Node<'d>> {
        self.entries().find(|(_, value)| value.name() == key).map(|(_, value)| value)
    }

    /// The value of a key that has to be there.
    pub fn required(&self, key: &'static str) -> Read<Node<'d>> {
        self.get(key)
            .ok_or_else(|| self.mistake(Problem::MissingKey { key, table: self.label.clone() }, None))
    }

    /// Every key and its value, in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (Node<'d>, Node<'d>)> + use<'d> {
        let document = self.document;
        let mut entries: Vec<_> = self.entries.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        entries.into_iter().map(move |(key, value)| {
            let name: &'d str = key.get_ref();
            let key_itself = Node::new(document, name.to_owned(), value.get_ref(), key.span());
            (key_itself, Node::new(document, name.to_owned(), value.get_ref(), value.span()))
        })
    }

    /// A mistake at the table's header.
    pub(crate) fn mistake(&self, problem: Problem, hint: Option<String>) -> Box<Mistake> {
        self.document.mistake(self.span.clone(), problem, hint)
    }

    fn keys(&self) -> impl Iterator<Item = Node<'d>> + use<'d> {
        self.entries().map(|(key, _)| key)
    }
}
