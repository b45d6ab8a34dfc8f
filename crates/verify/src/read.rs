//! Reads the files in which the tracks declare what they promise.
//!
//! It must not look at a database, nor know how a TOML file is read: `crosstrack_settings` does.

mod constraints;
mod entry;
mod indexes;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosstrack_settings::{Document, Mistake, Node, Place, Problem, Read, TrackSettings};

use crate::declared::{Expectations, Origin};

/// Why the declarations could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ExpectationsError {
    /// A file cannot be read.
    #[error("cannot read the declarations of the track `{track}` in `{}`", .file.display())]
    File {
        /// The track.
        track: String,
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file has a mistake; the text shows the place.
    #[error(transparent)]
    Mistake(#[from] Box<Mistake>),
}

impl ExpectationsError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File { .. } => None,
            Self::Mistake(mistake) => mistake.hint.clone(),
        }
    }
}

/// Reads the files of declarations that the tracks name.
///
/// # Errors
/// When a file cannot be read, says something that is not understood, or declares an object that is already declared.
pub fn read_expectations(tracks: &[TrackSettings]) -> Result<Expectations, ExpectationsError> {
    let mut declarations = Declarations::default();
    for track in tracks {
        let origin = Origin { track: track.name.clone(), schema: track.schema.clone() };
        if let Some(file) = &track.indexes {
            indexes::read(&document(track, file)?, &origin, &mut declarations)?;
        }
        if let Some(file) = &track.constraints {
            constraints::read(&document(track, file)?, &origin, &mut declarations)?;
        }
    }
    Ok(declarations.expectations)
}

/// What has been read so far, and where.
#[derive(Default)]
struct Declarations {
    expectations: Expectations,
    places: HashMap<(&'static str, String), Place>,
}

impl Declarations {
    /// Notes that an object is declared at a place, the first time.
    fn note(&mut self, kind: &'static str, object: String, node: &Node<'_>) -> Read<()> {
        let problem = Problem::RepeatedWord { key: format!("[[{kind}]]"), word: object.clone() };
        if let Some(first) = self.places.get(&(kind, object.clone())) {
            let hint = format!("it is already declared in {}, line {}", first.file.display(), first.line);
            return Err(node.mistake_with(problem, Some(hint)));
        }
        self.places.insert((kind, object), node.mistake(problem).place);
        Ok(())
    }
}

fn document(track: &TrackSettings, file: &Path) -> Result<Document, ExpectationsError> {
    let bytes = fs::read(file).map_err(|source| ExpectationsError::File {
        track: track.name.to_string(),
        file: file.to_owned(),
        source,
    })?;
    Ok(Document::new(shown(track, file), bytes)?)
}

/// The file as people write it, when it stands under the folder from which the track's own folder is written.
fn shown(track: &TrackSettings, file: &Path) -> PathBuf {
    let depth = track.shown_path.components().count();
    let root = track.path.ancestors().nth(depth).filter(|root| root.join(&track.shown_path) == track.path);
    root.and_then(|root| file.strip_prefix(root).ok()).unwrap_or(file).to_owned()
}
