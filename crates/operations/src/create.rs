//! `create`: an empty migration in a track's own format, with a way back.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;

use crosstrack_engine::Track;
use crosstrack_model::Migration;
use crosstrack_track::{NewFile, NewMigration, NewScripts};

/// Why no migration was created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The name would not be one in the ORM's format.
    #[error("`{name}` cannot be the name of a migration")]
    Name {
        /// The name as it was given.
        name: String,
    },
    /// A file could not be written. Those that were written before it are gone again.
    #[error("cannot write `{path}`")]
    Write {
        /// The file, as it is shown.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
}

impl CreateError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Name { .. } => {
                "say what the migration does in letters, digits and underscores: `crosstrack create add_herb_categories`"
            }
            Self::Write { .. } => "check that the folder is there and writable",
        }
    }
}

/// Writes the files of an empty migration and gives their paths, as they are shown. `moment` is `YYYY-MM-DD-HHMMSS` in UTC.
///
/// # Errors
/// When the name is none, or a file is there already or cannot be written; then nothing is left behind.
pub fn create(track: &Track, name: &str, moment: &str) -> Result<Vec<PathBuf>, CreateError> {
    write_migration(track, (name, moment), None)
}

/// The same with the way forward and the way back.
///
/// # Errors
/// As for [`create`].
pub fn create_with(
    track: &Track,
    (name, moment): (&str, &str),
    scripts: NewScripts<'_>,
) -> Result<Vec<PathBuf>, CreateError> {
    write_migration(track, (name, moment), Some(scripts))
}

fn write_migration(
    track: &Track,
    (name, moment): (&str, &str),
    scripts: Option<NewScripts<'_>>,
) -> Result<Vec<PathBuf>, CreateError> {
    let words = name.trim().replace([' ', '-'], "_");
    let is_plain = words.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if words.is_empty() || !is_plain || words.len() > 200 {
        return Err(CreateError::Name { name: name.to_owned() });
    }
    let existing: Vec<Migration> = track.migrations.iter().map(|migration| (**migration).clone()).collect();
    let request = NewMigration { name: &words, moment, existing: &existing, scripts };
    let mut written = Vec::new();
    for file in track.adapter.template(&request) {
        if let Err(source) = write(track, &file) {
            if source.kind() != std::io::ErrorKind::AlreadyExists {
                written.push(file.path.clone());
            }
            remove(track, &written);
            return Err(CreateError::Write { path: track.settings.shown_path.join(&file.path), source });
        }
        written.push(file.path);
    }
    Ok(written.iter().map(|path| track.settings.shown_path.join(path)).collect())
}

/// Takes back what [`create_with`] has written.
pub fn take_back(track: &Track, shown: &[PathBuf]) {
    let written: Vec<PathBuf> = shown
        .iter()
        .filter_map(|path| path.strip_prefix(&track.settings.shown_path).ok().map(PathBuf::from))
        .collect();
    remove(track, &written);
}

/// Removes files of a track's folder, and the folders in it that are empty then.
fn remove(track: &Track, written: &[PathBuf]) {
    let folder = &track.settings.path;
    for path in written.iter().map(|path| folder.join(path)) {
        // What cannot be removed is not worth another error than the one that led here.
        drop(std::fs::remove_file(&path));
        drop(path.parent().filter(|parent| parent != folder).map(std::fs::remove_dir));
    }
}

fn write(track: &Track, file: &NewFile) -> std::io::Result<()> {
    let path = track.settings.path.join(&file.path);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(file.text.as_bytes())
}
