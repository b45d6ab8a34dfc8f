//! Files of SQL that say what a schema is to be.

use std::path::{Path, PathBuf};

use crate::error::SchemaError;

/// A file of SQL.
#[derive(Clone, Debug)]
pub struct Script {
    /// The file.
    pub path: PathBuf,
    /// Its text, without a byte-order mark.
    pub text: String,
}

/// The file, or the files that end in `.sql` in a folder and its folders, in the order of their paths.
///
/// # Errors
/// When something cannot be read, or there is nothing.
pub fn find_scripts(path: &Path) -> Result<Vec<Script>, SchemaError> {
    let mut paths = Vec::new();
    if path.is_dir() {
        collect(path, &mut paths)?;
        paths.sort();
        if paths.is_empty() {
            return Err(SchemaError::NoScripts { path: path.to_owned() });
        }
    } else {
        paths.push(path.to_owned());
    }
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), SchemaError> {
    let failed = |source| SchemaError::File { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sql")) {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(path: PathBuf) -> Result<Script, SchemaError> {
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
            Ok(Script { path, text })
        }
        Err(source) => Err(SchemaError::File { path, source }),
    }
}
