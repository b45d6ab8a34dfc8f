//! Reads the files in which the tracks declare what they promise.
//!
//! It must not look at a database.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosstrack_settings::TrackSettings;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::declared::{
    DeclaredEnum, DeclaredForeignKey, DeclaredIndex, DeclaredName, DeclaredTable, DeleteAction, Expectations,
    Origin,
};

/// Why the declarations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExpectationsError {
    /// A file cannot be read.
    #[error("cannot read the declarations in `{}`", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("cannot read the declarations in `{}`", .file.display())]
    Written {
        /// The file.
        file: PathBuf,
        /// What is wrong, and where.
        source: Box<toml::de::Error>,
    },
    /// Two declarations of the same object.
    #[error("the {object} is declared twice in `{}`", .file.display())]
    Repeated {
        /// The file.
        file: PathBuf,
        /// The object.
        object: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexFile {
    #[serde(default)]
    index: Vec<WrittenIndex>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIndex {
    name: String,
    table: WrittenName,
    columns: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    unique: bool,
    #[serde(default)]
    nulls_not_distinct: bool,
    method: Option<String>,
    predicate: Option<String>,
    serves: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConstraintFile {
    #[serde(default)]
    table: Vec<WrittenTable>,
    #[serde(default)]
    foreign_key: Vec<WrittenForeignKey>,
    #[serde(default, rename = "enum")]
    enum_type: Vec<WrittenEnum>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTable {
    name: WrittenName,
    #[serde(default)]
    primary_key: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenForeignKey {
    table: WrittenName,
    columns: Vec<String>,
    references: WrittenName,
    referenced_columns: Vec<String>,
    #[serde(default)]
    on_delete: WrittenAction,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEnum {
    name: WrittenName,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct WrittenName(DeclaredName);

#[derive(Default, Deserialize)]
#[serde(try_from = "String")]
struct WrittenAction(DeleteAction);

impl TryFrom<String> for WrittenName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        DeclaredName::parse(&text).map(Self).ok_or_else(|| format!("`{text}` is not a name"))
    }
}

impl TryFrom<String> for WrittenAction {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        DeleteAction::from_words(&text).map(Self).ok_or_else(|| format!("unknown action `{text}`"))
    }
}

/// Reads the files of declarations that the tracks name.
///
/// # Errors
/// When a file cannot be read, says something that is not understood, or declares an object that is already declared.
pub fn read_expectations(tracks: &[TrackSettings]) -> Result<Expectations, ExpectationsError> {
    let mut expectations = Expectations::default();
    let mut seen = HashMap::new();
    for track in tracks {
        let origin = Origin { track: track.name.clone(), schema: track.schema.clone() };
        if let Some(file) = &track.indexes {
            add_indexes(&mut expectations, &origin, read_file(file)?);
        }
        if let Some(file) = &track.constraints {
            add_constraints(&mut expectations, &origin, read_file(file)?);
        }
        let _ = seen.insert(track.name.clone(), ());
    }
    Ok(expectations)
}

fn read_file<T: DeserializeOwned>(file: &Path) -> Result<T, ExpectationsError> {
    let text = fs::read_to_string(file)
        .map_err(|source| ExpectationsError::File { file: file.to_owned(), source })?;
    toml::from_str(&text)
        .map_err(|source| ExpectationsError::Written { file: file.to_owned(), source: Box::new(source) })
}

fn add_indexes(expectations: &mut Expectations, origin: &Origin, file: IndexFile) {
    expectations.indexes.extend(file.index.into_iter().map(|index| DeclaredIndex {
        origin: origin.clone(),
        name: index.name,
        table: index.table.0,
        columns: index.columns,
        include: index.include,
        unique: index.unique,
        nulls_not_distinct: index.nulls_not_distinct,
        method: index.method.unwrap_or_else(|| "btree".to_owned()),
        predicate: index.predicate,
        serves: index.serves,
    }));
}

fn add_constraints(expectations: &mut Expectations, origin: &Origin, file: ConstraintFile) {
    expectations.tables.extend(file.table.into_iter().map(|table| DeclaredTable {
        origin: origin.clone(),
        name: table.name.0,
        primary_key: table.primary_key,
    }));
    expectations.foreign_keys.extend(file.foreign_key.into_iter().map(|key| DeclaredForeignKey {
        origin: origin.clone(),
        table: key.table.0,
        columns: key.columns,
        references: key.references.0,
        referenced_columns: key.referenced_columns,
        on_delete: key.on_delete.0,
    }));
    expectations.enum_types.extend(file.enum_type.into_iter().map(|kind| DeclaredEnum {
        origin: origin.clone(),
        name: kind.name.0,
        values: kind.values,
    }));
}
