//! A TOML file in which every value knows its place.
//!
//! It must not know what any key means: `file/` does.

mod node;
mod table;

use std::ops::Range;
use std::path::PathBuf;

use toml::de::DeTable;

pub use node::Node;
pub use table::Table;

use crate::mistake::{Mistake, Problem};
use crate::place::Place;

/// The result of reading something from a document. The mistake is large and rare, so it is boxed.
pub type Read<T> = Result<T, Box<Mistake>>;

/// The text of a TOML file and the name by which it is shown.
pub struct Document {
    shown: PathBuf,
    text: String,
}

impl Document {
    /// A document from a file's bytes. A byte-order mark is passed over.
    pub fn new(shown: PathBuf, mut bytes: Vec<u8>) -> Read<Self> {
        const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { shown, text }),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                Err(Self { shown, text }.mistake(valid..valid + 1, Problem::NotUtf8, None))
            }
        }
    }

    /// The tree of values.
    pub fn parse(&self) -> Read<DeTable<'_>> {
        match DeTable::parse(&self.text) {
            Ok(root) => Ok(root.into_inner()),
            Err(error) => {
                let span = error.span().unwrap_or(0..0);
                let message = error.message().lines().collect::<Vec<_>>().join(", ");
                Err(self.mistake(span, Problem::Syntax { message }, None))
            }
        }
    }

    /// The table at the top. `keys` are the keys that it may have.
    pub fn root<'d>(&'d self, tree: &'d DeTable<'d>, keys: &[&'static str]) -> Read<Table<'d>> {
        Table::open(self, tree, "the file".to_owned(), 0..0, keys)
    }

    /// The same as [`Document::root`] for a file of which only a part is ours: keys that we do not know are others'.
    pub(crate) fn foreign_root<'d>(&'d self, tree: &'d DeTable<'d>) -> Table<'d> {
        Table::foreign(self, tree, "the file".to_owned(), 0..0)
    }

    fn mistake(&self, span: Range<usize>, problem: Problem, hint: Option<String>) -> Box<Mistake> {
        Box::new(Mistake { problem, place: Place::of(&self.shown, &self.text, span), hint })
    }
}
