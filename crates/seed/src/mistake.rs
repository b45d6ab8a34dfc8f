//! What can be wrong in a file of rows, and where.
//!
//! It must not look for mistakes: the readers do, and the server.

use std::path::PathBuf;

/// A mistake in a file of rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct FileMistake {
    /// What is wrong.
    pub problem: RowProblem,
    /// The file as people write it.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters are meant, at least one.
    pub length: usize,
    /// The line.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What is wrong in a file of rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the text of each problem says what its fields are")]
pub enum RowProblem {
    #[error("not UTF-8: the line has a byte that belongs to no character")]
    NotUtf8,
    #[error("the file has no header: its first line names the columns")]
    NoHeader,
    #[error("the header has a column without a name")]
    NamelessColumn,
    #[error("the column `{column}` stands twice in the header")]
    RepeatedColumn { column: String },
    #[error("the row has {found} values, and the header has {expected} columns")]
    Width { expected: usize, found: usize },
    #[error("a quote is opened and not closed")]
    OpenQuote,
    #[error("a value that is quoted ends with its quote")]
    AfterQuote,
    #[error("not a list of objects in JSON: {message}")]
    Json { message: String },
    #[error("the object has other keys than the first one: {}", names(.columns))]
    OtherKeys { columns: Vec<String> },
    #[error("the file has no column `{column}`, which `{key}` in `seeds.toml` names")]
    NoColumn { column: String, key: &'static str },
    #[error("the table `{table}` has no column `{column}`")]
    UnknownColumn { table: String, column: String },
    #[error("the script opens or ends a transaction, and is in one already")]
    OwnTransaction,
    #[error("the server does not take the value of the column `{column}`")]
    Value { column: String },
    #[error("the server does not take the statement")]
    Statement,
    #[error("the server does not take the row")]
    Row,
}

fn names(columns: &[String]) -> String {
    format!("`{}`", columns.join("`, `"))
}

/// A text in which places are looked up.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) shown: &'a std::path::Path,
    pub(crate) text: &'a str,
    /// The line from which on nothing is shown, because the file has passwords.
    pub(crate) hidden_from: Option<usize>,
}

/// What stands in the place of a line that is not shown.
const HIDDEN: &str = "(not shown: the file has passwords)";

impl Source<'_> {
    /// A mistake at the beginning of a line.
    pub(crate) fn at_line(&self, line: usize, problem: RowProblem) -> Box<FileMistake> {
        let text = self.text.lines().nth(line.saturating_sub(1)).unwrap_or_default().trim_end();
        let text = if self.hides(line) { HIDDEN.to_owned() } else { text.to_owned() };
        let length = text.chars().count().max(1);
        let path = self.shown.to_owned();
        Box::new(FileMistake { problem, path, line, column: 1, length, text, hint: None })
    }

    /// A mistake in a line, at a word of it.
    pub(crate) fn at_word(&self, line: usize, word: &str, problem: RowProblem) -> Box<FileMistake> {
        let mut mistake = self.at_line(line, problem);
        if let Some(at) = mistake.text.find(word).filter(|_| !word.is_empty() && !self.hides(line)) {
            mistake.column = mistake.text[..at].chars().count() + 1;
            mistake.length = word.chars().count();
        }
        mistake
    }

    fn hides(&self, line: usize) -> bool {
        self.hidden_from.is_some_and(|first| line >= first)
    }

    /// The line, from 1, of a byte.
    pub(crate) fn line_of(&self, byte: usize) -> usize {
        let end = self.text.floor_char_boundary(byte.min(self.text.len()));
        self.text[..end].matches('\n').count() + 1
    }
}
