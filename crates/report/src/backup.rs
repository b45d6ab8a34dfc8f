//! Backups and restores, as text and as JSON.

use crosstrack_backup::{Backup, Kept, Listed, Manifest, Progress, Restored};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::human::{bytes, count, duration, moment};
use crate::json::document;

/// How far a backup or a restore is.
pub fn backup_progress(progress: &Progress) -> String {
    match &progress.table {
        Some(table) => format!("{}, {table}", bytes(progress.bytes)),
        None => bytes(progress.bytes),
    }
}

/// A backup that was taken: where, how large, and how to go back to it.
pub fn backup_taken(backup: &Backup) -> String {
    let Manifest { database, .. } = &backup.manifest;
    format!(
        "Backed up {database}: {}\n`crosstrack restore {}` goes back to it.\n",
        described(&backup.path.display().to_string(), &backup.manifest),
        backup.path.display()
    )
}

/// The same within a run, a line.
pub fn backup_line(backup: &Backup) -> String {
    format!("backup: {} ({} bytes), read back and sound\n", backup.path.display(), backup.manifest.bytes)
}

fn described(path: &str, manifest: &Manifest) -> String {
    let rows: u64 = manifest.rows.iter().map(|table| table.rows).sum();
    let what = if manifest.schema_only {
        "the schema only".to_owned()
    } else {
        format!("{rows} rows of {}", count(manifest.rows.len(), "table"))
    };
    let took = duration(std::time::Duration::from_millis(manifest.duration_ms));
    format!("{what} in {path}, {}, in {took}.", bytes(manifest.bytes))
}

/// The backups of a folder, a line each.
pub fn backup_list(backups: &[Listed], folder: &str) -> String {
    if backups.is_empty() {
        return format!("There are no backups in {folder}.\n");
    }
    let mut text = String::new();
    for listed in backups {
        let manifest = &listed.manifest;
        let tracks: Vec<String> = manifest
            .tracks
            .iter()
            .map(|track| format!("{} {}", track.track, track.newest.as_deref().unwrap_or("none")))
            .collect();
        text += &format!(
            "{}  {}  {}  {}{}\n",
            moment(&manifest.taken_at),
            listed.path.display(),
            bytes(manifest.bytes),
            tracks.join(", "),
            if listed.is_whole { "" } else { "  NOT WHOLE: its size is not that of its manifest" }
        );
    }
    text
}

/// What a pruning removed, or would.
pub fn backup_pruned(kept: &Kept, is_dry: bool) -> String {
    let mut text = String::new();
    for listed in &kept.removed {
        text += &format!("{} {}\n", if is_dry { "would remove" } else { "removed" }, listed.path.display());
    }
    let removed = count(kept.removed.len(), "backup");
    let verb = if is_dry { "Would remove" } else { "Removed" };
    text + &format!("{verb} {removed}, {} stay.\n", kept.kept)
}

/// What a restore did.
pub fn restored(restored: &Restored, is_former_dropped: bool) -> String {
    let mut text = format!("Restored {} with {} rows.", restored.database, restored.rows);
    match &restored.former {
        Some(former) if is_former_dropped => {
            text += &format!(" The database that it replaced, {former}, is dropped.");
        }
        Some(former) => {
            text += &format!(
                " The database that it replaced is {former}: drop it when nobody misses it, with `DROP DATABASE \"{former}\"`."
            );
        }
        None => {}
    }
    text + "\n"
}

#[derive(Serialize)]
struct Shown<'a> {
    path: String,
    is_whole: bool,
    manifest: &'a Manifest,
}

#[derive(Serialize)]
struct Taken<'a> {
    backup: Shown<'a>,
}

/// A backup that was taken.
pub fn backup_document(backup: &Backup) -> Value {
    let shown = Shown { path: backup.path.display().to_string(), is_whole: true, manifest: &backup.manifest };
    document("backup", Outcome::Done, Taken { backup: shown })
}

#[derive(Serialize)]
struct ListBody<'a> {
    backups: Vec<Shown<'a>>,
    /// How many stay, of a pruning.
    kept: Option<usize>,
}

/// The backups of a folder, or those that a pruning removed.
pub fn backup_list_document(backups: &[Listed], kept: Option<usize>) -> Value {
    let backups = backups.iter().map(|listed| Shown {
        path: listed.path.display().to_string(),
        is_whole: listed.is_whole,
        manifest: &listed.manifest,
    });
    document("backup", Outcome::Done, ListBody { backups: backups.collect(), kept })
}

#[derive(Serialize)]
struct CheckBody {
    sound: Vec<String>,
    unsound: Vec<Unsound>,
}

#[derive(Serialize)]
struct Unsound {
    path: String,
    reason: String,
}

/// What was found of backups that were read.
pub fn backup_check_document(sound: &[String], unsound: &[(String, String)], outcome: Outcome) -> Value {
    let unsound = unsound.iter().map(|(path, reason)| Unsound { path: path.clone(), reason: reason.clone() });
    document("backup", outcome, CheckBody { sound: sound.to_vec(), unsound: unsound.collect() })
}

#[derive(Serialize)]
struct RestoreBody<'a> {
    database: &'a str,
    former: Option<&'a str>,
    is_former_dropped: bool,
    table: Option<&'a str>,
    rows: u64,
}

/// What a restore did.
pub fn restore_document(restored: &Restored, is_former_dropped: bool) -> Value {
    let body = RestoreBody {
        database: &restored.database,
        former: restored.former.as_deref(),
        is_former_dropped,
        table: None,
        rows: restored.rows,
    };
    document("restore", Outcome::Done, body)
}

/// What the restore of a table did.
pub fn restore_table_document(database: &str, table: &str, rows: u64) -> Value {
    let body = RestoreBody { database, former: None, is_former_dropped: false, table: Some(table), rows };
    document("restore", Outcome::Done, body)
}
