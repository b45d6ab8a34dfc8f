//! A Diesel folder: `<version>_<name>/up.sql`, `down.sql` and `metadata.toml`.

use std::path::{Path, PathBuf};

use crosstrack_model::{Directives, Migration, Script, Version};
use crosstrack_settings::TrackSettings;
use crosstrack_track::{
    DiscoverError, Folder, NewFile, NewMigration, NewScripts, in_order, plain_timestamp, with_directives,
};

/// Beside the scripts: whether they run in a transaction.
const METADATA: &str = "metadata.toml";

/// Reads the migrations of a track's folder, in Diesel's order: by the version as text, without dashes.
pub(crate) fn discover(track: &TrackSettings) -> Result<Vec<Migration>, DiscoverError> {
    let folder = Folder { path: &track.path, shown: &track.shown_path };
    let mut migrations = Vec::new();
    // Files beside the migrations are not Diesel's business; neither are they ours. A link counts as a folder, as there.
    let items = folder.items()?;
    for item in items.iter().filter(|item| !item.is_file) {
        folder.check_name(item)?;
        migrations.push(with_directives(migration(&folder, &item.name)?)?);
    }
    if migrations.is_empty()
        && items.iter().any(|item| Path::new(&item.name).extension().is_some_and(|kind| kind == "sql"))
    {
        let path = track.shown_path.clone();
        return Err(DiscoverError::OtherTool { path, tool: "Diesel", other: "sqlx" });
    }
    Ok(in_order(migrations))
}

fn migration(folder: &Folder<'_>, label: &str) -> Result<Migration, DiscoverError> {
    let path = folder.path.join(label);
    let shown = folder.shown(label);
    let inner = Folder { path: &path, shown: &shown };
    let Some(forward) = inner.read_if_there("up.sql")? else {
        return Err(DiscoverError::NotAMigration {
            path: shown,
            tool: "Diesel",
            expected: "a folder here must hold an `up.sql`",
        });
    };
    let (version, name) = label.split_once('_').unwrap_or((label, ""));
    let transactional = run_in_transaction(&inner)?;
    let script = |file: &str, sql| Script::new(Some(inner.shown(file)), sql, transactional);
    Ok(Migration {
        version: Version::text(version.replace('-', "")),
        name: name.to_owned(),
        label: label.to_owned(),
        forward: script("up.sql", forward),
        backward: inner.read_if_there("down.sql")?.map(|sql| script("down.sql", sql)),
        second_backward: None,
        directives: Directives::default(),
        ledger_checksums: Vec::new(),
        alternate_checksums: Vec::new(),
    })
}

/// What `metadata.toml` says of transactions.
///
/// Diesel takes a missing file for `true`, a file without the key for `false`, and a malformed file silently for `true`;
/// the first two mean the same here, the last is named.
fn run_in_transaction(folder: &Folder<'_>) -> Result<bool, DiscoverError> {
    let Some(text) = folder.read_if_there(METADATA)? else { return Ok(true) };
    let malformed = |reason: String| DiscoverError::Metadata { path: folder.shown(METADATA), reason };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| malformed(error.to_string()))?;
    match table.get("run_in_transaction") {
        None => Ok(false),
        Some(toml::Value::Boolean(value)) => Ok(*value),
        Some(other) => {
            Err(malformed(format!("`run_in_transaction` must be true or false, not {}", other.type_str())))
        }
    }
}

/// A migration, named as the newest of the folder is: with dashes in the version or without.
pub(crate) fn template(request: &NewMigration<'_>) -> Vec<NewFile> {
    let newest = request.existing.last();
    let has_dashes = newest
        .is_none_or(|newest| newest.label.split('_').next().is_some_and(|version| version.contains('-')));
    let newest_number = newest.and_then(|newest| newest.version.as_str().parse().ok());
    let plain = plain_timestamp(request.moment, newest_number);
    let version = if has_dashes && plain.len() == 14 {
        format!("{}-{}-{}-{}", &plain[..4], &plain[4..6], &plain[6..8], &plain[8..])
    } else {
        plain
    };
    let folder = PathBuf::from(format!("{version}_{}", request.name));
    let file = |name: &str, text: &str| NewFile { path: folder.join(name), text: text.into() };
    let Some(NewScripts { forward, back }) = request.scripts else {
        let back = file("down.sql", "-- This file should undo anything in `up.sql`\n");
        return vec![file("up.sql", "-- Your SQL goes here\n"), back];
    };
    let mut files = vec![file("up.sql", forward.text), file("down.sql", back.text)];
    if !forward.is_transactional || !back.is_transactional {
        files.push(file(METADATA, "run_in_transaction = false\n"));
    }
    files
}
