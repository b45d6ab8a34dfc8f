//! Paths in the file: relative to its folder, and they have to be there.
//!
//! It must not open what it finds.

use std::path::{Path, PathBuf};

use super::Context;
use crate::document::{Node, Read};
use crate::mistake::Problem;
use crate::nearest::nearest;

/// A folder that is there, absolute.
pub(super) fn folder(node: &Node<'_>, context: Context<'_>) -> Read<PathBuf> {
    let shown = Path::new(node.text()?);
    let path = context.root.join(shown);
    if path.is_dir() {
        return Ok(path);
    }
    let shown = shown.to_owned();
    if path.exists() {
        let hint = "name the folder that holds the migrations".to_owned();
        return Err(node.mistake_with(Problem::NotAFolder { path: shown }, Some(hint)));
    }
    Err(node.mistake_with(Problem::MissingFolder { path: shown }, neighbour(&path)))
}

/// A file that is there, absolute.
pub(super) fn file(node: &Node<'_>, context: Context<'_>) -> Read<PathBuf> {
    let shown = Path::new(node.text()?);
    let path = context.root.join(shown);
    if path.is_file() {
        return Ok(path);
    }
    let shown = shown.to_owned();
    if path.exists() {
        return Err(node.mistake(Problem::NotAFile { path: shown }));
    }
    Err(node.mistake_with(Problem::MissingFile { path: shown }, neighbour(&path)))
}

/// Whether two paths lead to the same place.
pub(super) fn is_same(left: &Path, right: &Path) -> bool {
    match (left.canonicalize(), right.canonicalize()) {
        (Ok(left), Ok(right)) => left == right,
        _ => left == right,
    }
}

/// How a path is shown: from the working directory if it is below.
pub(crate) fn shown<'a>(path: &'a Path, working_directory: &Path) -> &'a Path {
    path.strip_prefix(working_directory).unwrap_or(path)
}

/// Advice that names something in the same folder that was probably meant.
fn neighbour(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_str()?;
    let names: Vec<String> = std::fs::read_dir(path.parent()?)
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    let near = nearest(wanted, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{near}`?"))
}
