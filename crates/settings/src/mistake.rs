//! What can be wrong in a settings file, and where.
//!
//! It must not look for mistakes: the readers do.

use std::path::PathBuf;

use crosstrack_model::{RollbackPolicy, TrackName};

use crate::place::Place;

/// A mistake in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}\n{place}")]
pub struct Mistake {
    /// What is wrong.
    pub problem: Problem,
    /// Where.
    pub place: Place,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What is wrong in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the text of each problem says what its fields are")]
pub enum Problem {
    #[error("not valid TOML: {message}")]
    Syntax { message: String },
    #[error("not UTF-8: the file has a byte here that belongs to no character")]
    NotUtf8,
    #[error("unknown key `{key}` in {table}")]
    UnknownKey { key: String, table: String },
    #[error("{table} has no `{key}`")]
    MissingKey { key: &'static str, table: String },
    #[error("`{key}` has to be {expected}, not {found}")]
    WrongType { key: String, expected: &'static str, found: String },
    #[error("`{key}` is empty")]
    Empty { key: String },
    #[error("unknown {noun} `{word}`")]
    UnknownWord { noun: &'static str, word: String },
    #[error("`{word}` stands twice in `{key}`")]
    RepeatedWord { key: String, word: String },
    #[error("`{text}` is not a duration")]
    BadDuration { text: String },
    #[error("`{key}` has to be a whole number from {least} to {most}")]
    BadCount { key: String, least: usize, most: usize },
    #[error("`{key}` of no time at all would never give up or never try")]
    NoTime { key: String },
    #[error("`{text}` is not a name")]
    BadName { text: String },
    #[error("`{text}` is not a checksum in hexadecimal")]
    BadChecksum { text: String },
    #[error("`{text}` is not a single character")]
    BadCharacter { text: String },
    #[error("`{key}` and `{other}` exclude each other")]
    ExclusiveKeys { key: &'static str, other: &'static str },
    #[error("there is no track")]
    NoTracks,
    #[error("there are two tracks named `{track}`")]
    RepeatedTrack { track: TrackName },
    #[error("there are two phases named `{phase}`")]
    RepeatedPhase { phase: String },
    #[error("the track `{track}` is in no phase")]
    TrackInNoPhase { track: TrackName },
    #[error("the track `{track}` is in two phases, `{first}` and `{second}`")]
    TrackInTwoPhases { track: TrackName, first: String, second: String },
    #[error("the phase `{phase}` has neither tracks nor checks")]
    EmptyPhase { phase: String },
    #[error("the folder `{}` does not exist", .path.display())]
    MissingFolder { path: PathBuf },
    #[error("`{}` is not a folder", .path.display())]
    NotAFolder { path: PathBuf },
    #[error("the file `{}` does not exist", .path.display())]
    MissingFile { path: PathBuf },
    #[error("`{}` is not a file", .path.display())]
    NotAFile { path: PathBuf },
    #[error("the file `{}` cannot be read", .path.display())]
    UnreadableFile { path: PathBuf },
    #[error("the tracks `{first}` and `{second}` have the same folder")]
    SharedFolder { first: TrackName, second: TrackName },
    #[error("the tracks `{first}` and `{second}` would share the ledger `{ledger}`: {consequence}")]
    SharedLedger { first: TrackName, second: TrackName, ledger: String, consequence: &'static str },
    #[error("a Diesel track cannot have another table: Diesel's is always `__diesel_schema_migrations`")]
    FixedTable,
    #[error("`{key}` is `{ours}` here and `{theirs}` in {}", .file.display())]
    Disagreement { key: &'static str, ours: String, theirs: String, file: PathBuf },
    #[error(
        "`{environment}` may only tighten a rollback policy: `{track}` has `{own}`, and `{wanted}` is looser"
    )]
    LooserPolicy { environment: String, track: TrackName, own: RollbackPolicy, wanted: RollbackPolicy },
    #[error("`{environment}` is built in and cannot be like another environment")]
    BuiltInEnvironment { environment: String },
}
