//! Reads the files of rows whole, before anything is done, so that a mistake in the last of them stops the first.
//!
//! It must not know a database.

use std::io;
use std::path::PathBuf;

use crosstrack_script::own_transaction_control;
use crosstrack_settings::did_you_mean;

use crate::declared::{Format, Seed};
use crate::mistake::{FileMistake, RowProblem, Source};
use crate::password;
use crate::rows::Rows;
use crate::{csv, file, json, query};

/// A file that was read.
#[derive(Clone, Debug)]
pub struct SeedFile {
    /// What is declared about it.
    pub seed: Seed,
    pub(crate) text: String,
    pub(crate) content: Content,
}

/// What a file holds.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Rows(Rows),
    /// Statements: the text itself.
    Script,
}

impl SeedFile {
    /// The text, in which places are looked up.
    pub(crate) fn source(&self) -> Source<'_> {
        source(&self.seed, &self.text)
    }

    /// A mistake that is about a column, at its name.
    pub(crate) fn at_column(&self, name: &str, problem: RowProblem) -> Box<FileMistake> {
        let line = self.text.lines().position(|line| line.contains(name)).unwrap_or(0) + 1;
        self.source().at_word(line, name, problem)
    }
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It has a mistake.
    #[error(transparent)]
    Mistake(#[from] Box<FileMistake>),
    /// It has test passwords, and test accounts are made in development only.
    #[error("`{}` has test passwords, and test accounts are only made in development", .path.display())]
    TestAccounts {
        /// The file.
        path: PathBuf,
    },
    /// A test password could not be hashed.
    #[error("cannot hash the test passwords of `{}`: {reason}", .path.display())]
    Hash {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// Reads files. Test passwords are hashed at once, so that nothing behind this knows one.
///
/// # Errors
/// When a file cannot be read, has a mistake, or holds test passwords where none may be.
pub fn read_files(seeds: Vec<Seed>, may_have_test_accounts: bool) -> Result<Vec<SeedFile>, ReadError> {
    if let Some(seed) = seeds.iter().find(|seed| !seed.passwords.is_empty() && !may_have_test_accounts) {
        return Err(ReadError::TestAccounts { path: seed.shown.clone() });
    }
    seeds.into_iter().map(read_file).collect()
}

fn read_file(seed: Seed) -> Result<SeedFile, ReadError> {
    let unreadable = |source| ReadError::Unreadable { path: seed.shown.clone(), source };
    let bytes = file::read(&seed.path, file::LARGEST).map_err(unreadable)?;
    let text = text(&seed, bytes)?;
    let source = source(&seed, &text);
    let content = match seed.format {
        Format::Csv => Content::Rows(prepared(&seed, source, csv::read(source)?)?),
        Format::Json => Content::Rows(prepared(&seed, source, json::read(source)?)?),
        Format::Sql => {
            if let Some(line) = own_transaction_control(&text) {
                return Err(source.at_line(line, RowProblem::OwnTransaction).into());
            }
            Content::Script
        }
    };
    Ok(SeedFile { seed, text, content })
}

fn source<'a>(seed: &'a Seed, text: &'a str) -> Source<'a> {
    // A header is no secret.
    let first = if seed.format == Format::Csv { 2 } else { 1 };
    Source { shown: &seed.shown, text, hidden_from: (!seed.passwords.is_empty()).then_some(first) }
}

/// A byte-order mark is passed over.
fn text(seed: &Seed, bytes: Vec<u8>) -> Result<String, ReadError> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let source = source(seed, &text);
            Err(source.at_line(source.line_of(valid), RowProblem::NotUtf8).into())
        }
    }
}

/// Rows that have the columns which are declared, with hashed passwords.
fn prepared(seed: &Seed, source: Source<'_>, mut rows: Rows) -> Result<Rows, ReadError> {
    let plain_keys = seed.key.iter().filter(|column| query::is_plain(column)).map(|column| ("key", column));
    let passwords = seed.passwords.iter().map(|column| ("passwords", column));
    let numbered = seed.numbered.iter().map(|column| ("scale", column));
    // A file without rows has nothing that could lack.
    for (key, column) in plain_keys.chain(passwords).chain(numbered) {
        if !rows.columns.contains(column) && !rows.columns.is_empty() {
            let mut mistake = source.at_line(1, RowProblem::NoColumn { column: column.clone(), key });
            let known: Vec<&str> = rows.columns.iter().map(String::as_str).collect();
            mistake.hint = did_you_mean(column, &known);
            return Err(mistake.into());
        }
    }
    let hash = |reason| ReadError::Hash { path: seed.shown.clone(), reason };
    password::hash_columns(&mut rows, &seed.passwords).map_err(hash)?;
    Ok(rows)
}
