//! What holds for every folder of migrations.
//!
//! An input describes a folder: a path in each first line, what the file holds in the lines below it, a form feed between two
//! files. It must not reach out of the folder: a path of two names at most, neither of them dots.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crosstrack_model::{Migration, Script};
use crosstrack_settings::{Environment, Request, TrackSettings, load};
use crosstrack_track::Adapter;
use crosstrack_track_diesel::Diesel;
use crosstrack_track_sqlx::Sqlx;
use tempfile::TempDir;

/// The longest name that file systems take, in bytes.
const LONGEST_NAME: usize = 255;

/// More would only be slow.
const MOST_FILES: usize = 12;

thread_local! {
    /// A folder of this thread's own, and the settings of a track for each adapter in it.
    static PROJECT: OnceCell<(TempDir, Vec<TrackSettings>)> = const { OnceCell::new() };
}

pub(crate) fn hold_for_diesel(input: &[u8]) {
    hold_for(&Diesel, input);
}

pub(crate) fn hold_for_sqlx(input: &[u8]) {
    hold_for(&Sqlx, input);
}

/// Migrations are found in order, with their scripts as they are in the files; or the error says what is in the way.
fn hold_for(adapter: &dyn Adapter, input: &[u8]) {
    let track = PROJECT.with(|project| track(&project.get_or_init(new_project).1, adapter.name()));
    // What an earlier input left would be a part of this one.
    std::fs::remove_dir_all(&track.path).expect("a folder of ours");
    std::fs::create_dir(&track.path).expect("a folder of ours");
    for file in input.split(|byte| *byte == b'\x0c').take(MOST_FILES) {
        write(&track.path, file);
    }
    match adapter.discover(&track) {
        Ok(migrations) => {
            assert!(
                migrations.windows(2).all(|pair| pair[0].version <= pair[1].version),
                "versions are in order"
            );
            for migration in &migrations {
                hold_for_migration(&track, migration);
            }
        }
        Err(error) => {
            assert!(!error.to_string().contains('\n') || error.to_string().contains("malformed"));
            assert!(!error.hint().is_empty());
        }
    }
}

fn hold_for_migration(track: &TrackSettings, migration: &Migration) {
    assert!(!migration.label.contains(char::is_control), "a name is one that people can read");
    for script in std::iter::once(&migration.forward).chain(&migration.backward) {
        let path = on_disk(track, script);
        assert_eq!(std::fs::read(path).expect("the file is there").as_slice(), script.sql.as_bytes());
        assert!(!script.sql.contains('\0'));
    }
}

fn on_disk(track: &TrackSettings, script: &Script) -> PathBuf {
    let shown = script.path.as_ref().expect("a script on disk has a path");
    track.path.join(shown.strip_prefix(&track.shown_path).expect("it is below the track's folder"))
}

/// Writes a file, if it can be one.
fn write(folder: &Path, file: &[u8]) {
    let line_end = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
    let (path, content) = (&file[..line_end], file.get(line_end + 1..).unwrap_or_default());
    let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let is_name = |name: &&[u8]| !matches!(**name, [] | [b'.'] | [b'.', b'.']) && name.len() <= LONGEST_NAME;
    if names.len() > 2 || !names.iter().all(is_name) || path.contains(&0) {
        return;
    }
    let path = folder.join(as_path(path));
    // Where a name is a file's and a folder's, the first one stays.
    if path.parent().is_some_and(|parent| std::fs::create_dir_all(parent).is_ok()) {
        drop(std::fs::write(path, content));
    }
}

#[cfg(unix)]
fn as_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

#[cfg(not(unix))]
fn as_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

fn track(tracks: &[TrackSettings], adapter: &str) -> TrackSettings {
    tracks.iter().find(|track| track.adapter == adapter).expect("there is one for each adapter").clone()
}

fn new_project() -> (TempDir, Vec<TrackSettings>) {
    let folder = tempfile::Builder::new().prefix("crosstrack-properties-").tempdir().expect("a folder");
    let mut settings = String::from("[[phase]]\nname = \"all\"\ntracks = [\"diesel\", \"sqlx\"]\n");
    for name in ["diesel", "sqlx"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder of ours");
        settings += &format!("[[track]]\nname = \"{name}\"\nadapter = \"{name}\"\npath = \"{name}\"\n");
    }
    std::fs::write(folder.path().join("crosstrack.toml"), settings).expect("a folder of ours");
    let request = Request {
        working_directory: folder.path().to_owned(),
        no_dotenv: true,
        adapters: &["diesel", "sqlx"],
        ..Request::default()
    };
    let settings = load(&request, &Environment::default()).expect("settings of ours");
    (folder, settings.tracks)
}
