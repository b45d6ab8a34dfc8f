//! A schema in a file: its facts, and which of them stand on which, one to a line, so that two files are compared line by line, too.
//!
//! The file says nothing of the time or the machine: a schema that has not changed makes the same file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use crosstrack_catalog::{Catalog, FORMAT, Fact, Id};
use serde::{Deserialize, Serialize};

use crate::error::SchemaError;

/// What stands before everything else.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

#[derive(Deserialize)]
struct Saved {
    facts: Vec<Fact>,
    needs: Vec<(Id, Id)>,
}

/// Writes a schema to a file, whole or not at all. A schema that was saved there is written over, and nothing else.
///
/// # Errors
/// When something else is there, or the file cannot be written.
pub fn save(path: &Path, catalog: &Catalog) -> Result<(), SchemaError> {
    if let Err(SchemaError::NoSnapshot { path, .. }) = read_saved(path) {
        return Err(SchemaError::Occupied { path });
    }
    let failed = |source| SchemaError::Write { path: path.to_owned(), source };
    let text = text(catalog).map_err(|error| failed(error.into()))?;
    write_whole(path, &text).map_err(failed)
}

/// Reads a schema from a file.
///
/// # Errors
/// When the file cannot be read, is no saved schema, or another version's.
pub fn read_saved(path: &Path) -> Result<Catalog, SchemaError> {
    let text =
        fs::read_to_string(path).map_err(|source| SchemaError::File { path: path.to_owned(), source })?;
    let no_snapshot = |source| SchemaError::NoSnapshot { path: path.to_owned(), source };
    let Versioned { format } = serde_json::from_str(&text).map_err(no_snapshot)?;
    if format != FORMAT {
        return Err(SchemaError::Format { path: path.to_owned(), format, known: FORMAT });
    }
    let Saved { facts, needs } = serde_json::from_str(&text).map_err(no_snapshot)?;
    Ok(Catalog::from_iter(facts).with_dependencies(needs.into_iter().collect()))
}

fn text(catalog: &Catalog) -> serde_json::Result<String> {
    let facts = lines(catalog.facts())?;
    let needs = lines(catalog.dependencies().pairs())?;
    let mut text = String::with_capacity(facts.len() + needs.len() + 64);
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{{\n\"format\": {FORMAT},\n\"facts\": [{facts}],\n\"needs\": [{needs}]\n}}");
    Ok(text)
}

fn lines<T: Serialize>(values: impl Iterator<Item = T>) -> serde_json::Result<String> {
    let lines: Vec<String> = values.map(|value| serde_json::to_string(&value)).collect::<Result<_, _>>()?;
    Ok(if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) })
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.part", std::process::id()));
    let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        // There may be none.
        drop(fs::remove_file(&draft));
    }
    written
}
