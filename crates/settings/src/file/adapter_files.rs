//! The tools' own settings files, `sqlx.toml` and `diesel.toml`: what they say already is not said again.
//!
//! It must not complain about keys that it does not know: these files are the tools', and only a part concerns us.

use std::path::{Path, PathBuf};

use super::{Context, paths};
use crate::document::{Document, Node, Read, Table};
use crate::mistake::Problem;

/// What a tool's own file says about its migrations.
pub(super) struct AdapterFile {
    /// The file as it should be shown.
    pub(super) shown: PathBuf,
    /// The folder of the migrations, absolute, if the file says it.
    pub(super) folder: Option<PathBuf>,
    /// The ledger's table, if the file says it.
    pub(super) table: Option<String>,
    /// Schemas that the tool creates first.
    pub(super) create_schemas: Vec<String>,
    /// Characters that do not count in a checksum.
    pub(super) ignored_characters: Vec<char>,
}

/// The file that `settings` names, or else the one beside the track's folder or in it.
///
/// A file that is merely found and speaks of another folder is another project's and is passed over.
pub(super) fn find(track: &Table<'_>, adapter: &str, context: Context<'_>) -> Read<Option<AdapterFile>> {
    let file_name = match adapter {
        "sqlx" => "sqlx.toml",
        "diesel" => "diesel.toml",
        _ => return Ok(None),
    };
    if let Some(node) = track.get("settings") {
        let file = paths::file(&node, context)?;
        let mut found = read(&node, &file, context)?;
        let folder = file.parent().unwrap_or(context.root);
        found.folder = found.folder.or_else(|| Some(folder.join("migrations")).filter(|path| path.is_dir()));
        return Ok(Some(found));
    }
    let Some(node) = track.get("path") else { return Ok(None) };
    let folder = paths::folder(&node, context)?;
    let beside = folder.parent().map(|parent| parent.join(file_name));
    let candidates = beside.into_iter().chain([folder.join(file_name)]);
    let Some(file) = candidates.into_iter().find(|file| file.is_file()) else { return Ok(None) };
    let found = read(&node, &file, context)?;
    let speaks_of_us = found.folder.as_ref().is_none_or(|theirs| paths::is_same(theirs, &folder));
    Ok(Some(found).filter(|_| speaks_of_us))
}

fn read(named_by: &Node<'_>, file: &Path, context: Context<'_>) -> Read<AdapterFile> {
    let shown = paths::shown(file, context.working_directory).to_owned();
    let bytes = std::fs::read(file).map_err(|error| {
        let hint = format!("the operating system says: {error}");
        named_by.mistake_with(Problem::UnreadableFile { path: shown.clone() }, Some(hint))
    })?;
    let document = Document::new(shown.clone(), bytes)?;
    let tree = document.parse()?;
    let root = document.foreign_root(&tree);
    let migrate = section(&root, "migrate")?;
    let directory = section(&root, "migrations_directory")?;
    let folder = match text(migrate.as_ref(), "migrations-dir")? {
        Some(folder) => Some(folder),
        None => text(directory.as_ref(), "dir")?,
    };
    Ok(AdapterFile {
        shown,
        folder: folder.map(|folder| file.parent().unwrap_or(context.root).join(folder)),
        table: text(migrate.as_ref(), "table-name")?,
        create_schemas: list(migrate.as_ref(), "create-schemas", |node| node.text().map(str::to_owned))?,
        ignored_characters: list(migrate.as_ref(), "ignored-chars", character)?,
    })
}

fn section<'d>(root: &Table<'d>, name: &str) -> Read<Option<Table<'d>>> {
    root.get(name).map(|node| node.map()).transpose()
}

fn text(section: Option<&Table<'_>>, key: &str) -> Read<Option<String>> {
    let node = section.and_then(|section| section.get(key));
    Ok(node.map(|node| node.text()).transpose()?.map(str::to_owned))
}

fn list<T>(section: Option<&Table<'_>>, key: &str, read: impl Fn(&Node<'_>) -> Read<T>) -> Read<Vec<T>> {
    let node = section.and_then(|section| section.get(key));
    let nodes = node.map(|node| node.list()).transpose()?.unwrap_or_default();
    nodes.iter().map(read).collect()
}

fn character(node: &Node<'_>) -> Read<char> {
    let text = node.text()?;
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(node.mistake(Problem::BadCharacter { text: text.to_owned() })),
    }
}
