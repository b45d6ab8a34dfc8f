//! `[[track]]`: one table for each track.
//!
//! It must not compare tracks with each other: `rules.rs` does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crosstrack_model::{RollbackPolicy, TrackName};

use super::adapter_files::{self, AdapterFile};
use super::database::ATTEMPTS;
use super::{Context, paths};
use crate::document::{Node, Read, Table};
use crate::mistake::Problem;
use crate::settings::TrackSettings;

const KEYS: [&str; 15] = [
    "name",
    "adapter",
    "path",
    "settings",
    "rollback",
    "schema",
    "table",
    "indexes",
    "constraints",
    "desired",
    "lock_timeout",
    "lock_attempts",
    "session",
    "allow_missing",
    "alternate_checksums",
];

/// The adapter whose ledger's table cannot be chosen.
pub(super) const DIESEL: &str = "diesel";

/// A track and the places that a rule between tracks may point at.
pub(super) struct DeclaredTrack<'d> {
    pub(super) settings: TrackSettings,
    pub(super) name: Node<'d>,
    /// The folder, or what names the file that names it.
    pub(super) folder: Node<'d>,
}

pub(super) fn read<'d>(node: Option<Node<'d>>, context: Context<'_>) -> Read<Vec<DeclaredTrack<'d>>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.tables(&KEYS)?.into_iter().map(|table| track(&table, context)).collect()
}

fn track<'d>(table: &Table<'d>, context: Context<'_>) -> Read<DeclaredTrack<'d>> {
    let name = table.required("name")?;
    let adapter = table.required("adapter")?.word("adapter", context.adapters)?.to_owned();
    let adapter_file = adapter_files::find(table, &adapter, context)?;
    let (folder, path, shown_path) = folder(table, adapter_file.as_ref(), context)?;
    let settings = TrackSettings {
        name: track_name(&name)?,
        path,
        shown_path,
        rollback: rollback(table)?,
        schema: text(table, "schema")?,
        table: ledger_table(table, &adapter, adapter_file.as_ref())?,
        indexes: file(table, "indexes", context)?,
        constraints: file(table, "constraints", context)?,
        desired: table
            .get("desired")
            .map(|node| node.text().map(|text| context.root.join(text)))
            .transpose()?,
        lock_timeout: table.get("lock_timeout").map(|node| node.some_time()).transpose()?,
        lock_attempts: table.get("lock_attempts").map(|node| node.count(ATTEMPTS)).transpose()?,
        session: texts(table, "session")?,
        allow_missing: texts(table, "allow_missing")?,
        alternate_checksums: alternate_checksums(table)?,
        create_schemas: adapter_file.as_ref().map(|file| file.create_schemas.clone()).unwrap_or_default(),
        ignored_characters: adapter_file.map(|file| file.ignored_characters).unwrap_or_default(),
        adapter,
    };
    Ok(DeclaredTrack { settings, name, folder })
}

/// A name that needs no quoting anywhere.
pub(super) fn track_name(node: &Node<'_>) -> Read<TrackName> {
    let text = node.text()?;
    text.parse().map_err(|_| {
        let hint = "a letter a-z, then letters, digits, `-` or `_`, at most 63 characters".to_owned();
        node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint))
    })
}

/// A rollback policy.
pub(super) fn policy(node: &Node<'_>) -> Read<RollbackPolicy> {
    node.one_of("rollback policy", &RollbackPolicy::ALL, RollbackPolicy::as_str)
}

/// A track that does not say is `manual`: `down` touches nothing and prints the steps.
const DEFAULT_POLICY: RollbackPolicy = RollbackPolicy::Manual;

fn rollback(table: &Table<'_>) -> Read<RollbackPolicy> {
    table.get("rollback").map_or(Ok(DEFAULT_POLICY), |node| policy(&node))
}

fn folder<'d>(
    table: &Table<'d>,
    adapter_file: Option<&AdapterFile>,
    context: Context<'_>,
) -> Read<(Node<'d>, PathBuf, PathBuf)> {
    let named_by_file = table.get("settings").zip(adapter_file.and_then(|file| file.folder.as_ref()));
    match (table.get("path"), named_by_file) {
        (Some(node), named_by_file) => {
            let path = paths::folder(&node, context)?;
            if let (Some((_, folder)), Some(file)) = (named_by_file, adapter_file) {
                check_same_folder(&node, &path, folder, file)?;
            }
            let shown = PathBuf::from(node.text()?);
            Ok((node, path, shown))
        }
        (None, Some((node, folder))) => {
            let shown = paths::shown(folder, context.root).to_owned();
            if !folder.is_dir() {
                return Err(node.mistake(Problem::MissingFolder { path: shown }));
            }
            Ok((node, folder.clone(), shown))
        }
        (None, None) => {
            let node = table.required("path")?;
            Ok((node, PathBuf::new(), PathBuf::new()))
        }
    }
}

fn check_same_folder(node: &Node<'_>, path: &Path, folder: &Path, file: &AdapterFile) -> Read<()> {
    if paths::is_same(path, folder) {
        return Ok(());
    }
    Err(node.mistake_with(
        Problem::Disagreement {
            key: "path",
            ours: node.text()?.to_owned(),
            theirs: folder.display().to_string(),
            file: file.shown.clone(),
        },
        Some("leave `path` out: the file already says it".to_owned()),
    ))
}

fn ledger_table(table: &Table<'_>, adapter: &str, file: Option<&AdapterFile>) -> Read<Option<String>> {
    let theirs = file.and_then(|file| file.table.as_ref().map(|table| (table, &file.shown)));
    let Some(node) = table.get("table") else { return Ok(theirs.map(|(table, _)| table.clone())) };
    if adapter == DIESEL {
        let hint = "give the track a `schema` of its own instead".to_owned();
        return Err(node.mistake_with(Problem::FixedTable, Some(hint)));
    }
    let ours = node.text()?.to_owned();
    match theirs {
        Some((theirs, file)) if *theirs != ours => Err(node.mistake_with(
            Problem::Disagreement { key: "table", ours, theirs: theirs.clone(), file: file.clone() },
            Some("leave `table` out: the file already says it".to_owned()),
        )),
        _ => Ok(Some(ours)),
    }
}

fn alternate_checksums(table: &Table<'_>) -> Read<BTreeMap<String, Vec<String>>> {
    let Some(node) = table.get("alternate_checksums") else { return Ok(BTreeMap::new()) };
    let read_one = |(version, value): (Node<'_>, Node<'_>)| {
        let nodes = if value.is_list() { value.list()? } else { vec![value] };
        let checksums = nodes.iter().map(checksum).collect::<Read<Vec<String>>>()?;
        Ok((version.name().to_owned(), checksums))
    };
    node.map()?.entries().map(read_one).collect()
}

fn checksum(node: &Node<'_>) -> Read<String> {
    let text = node.text()?;
    if text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(node.mistake(Problem::BadChecksum { text: text.to_owned() }))
    }
}

fn text(table: &Table<'_>, key: &str) -> Read<Option<String>> {
    Ok(table.get(key).map(|node| node.text()).transpose()?.map(str::to_owned))
}

fn texts(table: &Table<'_>, key: &str) -> Read<Vec<String>> {
    let nodes = table.get(key).map(|node| node.list()).transpose()?.unwrap_or_default();
    nodes.iter().map(|node| node.text().map(str::to_owned)).collect()
}

fn file(table: &Table<'_>, key: &str, context: Context<'_>) -> Read<Option<PathBuf>> {
    table.get(key).map(|node| paths::file(&node, context)).transpose()
}
