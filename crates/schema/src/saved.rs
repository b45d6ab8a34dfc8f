//! A schema in a file: its facts, and which of them stand on which, one to a line, so that two files are compared line by line, too.
//!
//! The file says nothing of the time or the machine: a schema that has not changed makes the same file.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crosstrack_catalog::{Catalog, FORMAT, Fact, Id};
use serde::de::{Error as _, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::error::SchemaError;

/// What tells a saved schema from other files, whatever its version.
#[derive(Deserialize)]
struct Versioned {
    format: u32,
    #[serde(rename = "facts")]
    _facts: IgnoredAny,
    #[serde(rename = "needs")]
    _needs: IgnoredAny,
}

#[derive(Deserialize)]
struct Saved {
    facts: Vec<Fact>,
    needs: Vec<(Id, Id)>,
}

/// How many parents stand above one another at most: the column of a table has one, the comment on its sequence some more.
const DEPTH: usize = 8;

/// Writes a schema to a file, whole or not at all. A schema that was saved there is written over, and nothing else.
///
/// # Errors
/// When something else is there, or the file cannot be written.
pub fn save(path: &Path, catalog: &Catalog) -> Result<(), SchemaError> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let occupied = || SchemaError::Occupied { path: path.clone() };
    match fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => return Err(occupied()),
        Ok(_) => match read_saved(path) {
            // Another version's, or this one's.
            Ok(_) | Err(SchemaError::Format { .. }) => {}
            Err(_) => return Err(occupied()),
        },
        Err(_) => {}
    }
    let failed = |source| SchemaError::Write { path: path.clone(), source };
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
    if !text.starts_with('{') {
        return Err(no_snapshot(serde_json::Error::custom("it does not begin with `{`")));
    }
    let Versioned { format, .. } = serde_json::from_str(&text).map_err(no_snapshot)?;
    if format != FORMAT {
        return Err(SchemaError::Format { path: path.to_owned(), format, known: FORMAT });
    }
    let Saved { facts, needs } = serde_json::from_str(&text).map_err(no_snapshot)?;
    let catalog = Catalog::from_iter(facts);
    if let Some(fact) = catalog.facts().find(|fact| !is_rooted(fact, &catalog)) {
        let what = format!("the parents of the {} are not there, or go round in a circle", fact.id);
        return Err(no_snapshot(serde_json::Error::custom(what)));
    }
    Ok(catalog.with_dependencies(needs.into_iter().collect()))
}

/// Whether every parent is there, up to one that has none.
fn is_rooted(fact: &Fact, catalog: &Catalog) -> bool {
    let mut above = fact.parent.as_ref();
    for _ in 0..DEPTH {
        let Some(id) = above else { return true };
        let Some(parent) = catalog.get(id) else { return false };
        above = parent.parent.as_ref();
    }
    false
}

fn text(catalog: &Catalog) -> serde_json::Result<String> {
    let facts = lines(catalog.facts())?;
    let needs = lines(catalog.dependencies().pairs())?;
    Ok(format!("{{\n\"format\": {FORMAT},\n\"facts\": [{facts}],\n\"needs\": [{needs}]\n}}\n"))
}

fn lines<T: Serialize>(values: impl Iterator<Item = T>) -> serde_json::Result<String> {
    let lines: Vec<String> = values.map(|value| serde_json::to_string(&value)).collect::<Result<_, _>>()?;
    Ok(if lines.is_empty() { String::new() } else { format!("\n{}\n", lines.join(",\n")) })
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.part", std::process::id()));
    let mut file = fs::File::create_new(&draft)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| {
        if let Ok(there) = fs::metadata(path) {
            file.set_permissions(there.permissions())?;
        }
        fs::rename(&draft, path)
    });
    if written.is_err() {
        // What went wrong first is what is said.
        drop(fs::remove_file(&draft));
    }
    written
}
