//! A plan in a file: what was looked at is what is run later, or nothing is.
//!
//! The file names what it was made of: the database, the files, the ledgers and the catalog. Where one of them has moved since, it is
//! said which; must not decide that a difference does not matter.

mod moved;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crosstrack_catalog::{Catalog, Fact};
use crosstrack_database::{QueryError, Snapshot};
use crosstrack_engine::UpSelection;
use crosstrack_model::{Checksum, Plan, TrackState};
use serde::{Deserialize, Serialize};

pub use moved::Now;

/// The version of the file's shape. A reader refuses any other.
const FORMAT: u32 = 1;
/// How many characters of a checksum tell two facts apart.
const DIGITS: usize = 16;

/// By what a database is known again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its name.
    pub name: String,
    /// The server's number of it.
    pub number: String,
    /// The number that the server's cluster got when it was made; empty where this user may not read it.
    pub cluster: String,
}

/// What `up` was asked to run, as the flags say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSelection {
    track: Option<String>,
    to: Option<String>,
    steps: Option<usize>,
    allow_late: bool,
}

/// A step of a saved plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct SavedStep {
    track: String,
    version: String,
    label: String,
    checksum: String,
    transactional: bool,
    statements_done: usize,
}

/// A plan in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedPlan {
    format: u32,
    tool_version: String,
    saved_at: String,
    /// The environment.
    environment: String,
    database: Identity,
    selection: SavedSelection,
    fingerprint: String,
    steps: Vec<SavedStep>,
    /// The versions that each ledger had.
    applied: BTreeMap<String, Vec<String>>,
    /// Each fact of the catalog with a checksum of what it is like.
    catalog: BTreeMap<String, String>,
    rehearsed: bool,
}

/// What a plan is saved with.
#[derive(Clone, Copy)]
pub struct Saving<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What was asked for.
    pub selection: &'a UpSelection,
    /// The database as it is.
    pub now: Now<'a>,
    /// The version of crosstrack.
    pub tool_version: &'a str,
    /// Whether it was rehearsed and went through.
    pub rehearsed: bool,
}

/// Why a file is no saved plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It cannot be read or written.
    #[error("cannot {what} the plan `{path}`")]
    File {
        /// `read` or `write`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It is no plan.
    #[error("`{path}` is no plan that `plan --save` has written")]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Another version has written it.
    #[error("the plan `{path}` has format {format}, and this version knows format {known}")]
    Format {
        /// The file.
        path: PathBuf,
        /// Its format.
        format: u32,
        /// The one that is known.
        known: u32,
    },
    /// What it selects cannot be understood.
    #[error("the plan `{path}` selects `{text}`, which names nothing")]
    Selection {
        /// The file.
        path: PathBuf,
        /// What it says.
        text: String,
    },
}

/// Reads by what a database is known again.
///
/// # Errors
/// When the connection breaks.
pub async fn read_identity(snapshot: &Snapshot<'_>) -> Result<Identity, QueryError> {
    const PURPOSE: &str = "read the database's identity";
    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);
    let sql =
        "SELECT datname AS name, oid::text AS number FROM pg_database WHERE datname = current_database()";
    let own = snapshot.rows(PURPOSE, sql).await?;
    let text = |column| own.first().map_or(Ok(""), |row| row.text(column)).map(str::to_owned);
    let (name, number) = (text("name")?, text("number")?);
    let sql = "SELECT system_identifier::text AS cluster FROM pg_control_system()";
    let cluster = match snapshot.attempt(PURPOSE, sql, PATIENCE).await? {
        Ok(rows) => rows.first().map_or(Ok(""), |row| row.text("cluster"))?.to_owned(),
        Err(_) => String::new(),
    };
    Ok(Identity { name, number, cluster })
}

impl SavedPlan {
    /// The plan with all that it was made of.
    pub fn new(saving: Saving<'_>) -> Self {
        let Saving { plan, selection, now, tool_version, rehearsed } = saving;
        let steps = plan.steps().map(|step| SavedStep {
            track: step.track.to_string(),
            version: step.migration.version.to_string(),
            label: step.migration.label.clone(),
            checksum: step.script.checksum.to_string(),
            transactional: step.script.transactional,
            statements_done: step.start.statements_done,
        });
        Self {
            format: FORMAT,
            tool_version: tool_version.to_owned(),
            saved_at: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            environment: now.environment.to_owned(),
            database: now.identity.clone(),
            selection: SavedSelection {
                track: selection.track.as_ref().map(ToString::to_string),
                to: selection.to.as_ref().map(ToString::to_string),
                steps: selection.steps,
                allow_late: selection.allow_late,
            },
            fingerprint: plan.fingerprint().to_string(),
            steps: steps.collect(),
            applied: applied(now.states),
            catalog: catalog(now.catalog),
            rehearsed,
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), PlanFileError> {
        let failed = |source| PlanFileError::File { what: "write", path: path.to_owned(), source };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        std::fs::write(path, text + "\n").map_err(failed)
    }

    /// Reads one, with what is to be planned anew from it.
    ///
    /// # Errors
    /// When it is no plan, or of another version.
    pub fn read(path: &Path) -> Result<(Self, UpSelection), PlanFileError> {
        let text = std::fs::read_to_string(path).map_err(|source| PlanFileError::File {
            what: "read",
            path: path.to_owned(),
            source,
        })?;
        let shape = |source| PlanFileError::Shape { path: path.to_owned(), source };
        let Versioned { format } = serde_json::from_str(&text).map_err(shape)?;
        if format != FORMAT {
            return Err(PlanFileError::Format { path: path.to_owned(), format, known: FORMAT });
        }
        let plan: Self = serde_json::from_str(&text).map_err(shape)?;
        let selection = plan.selection.read(path)?;
        Ok((plan, selection))
    }
}

#[derive(Deserialize)]
struct Versioned {
    format: u32,
}

impl SavedSelection {
    fn read(&self, path: &Path) -> Result<UpSelection, PlanFileError> {
        let nothing = |text: &String| PlanFileError::Selection { path: path.to_owned(), text: text.clone() };
        let track = self.track.as_ref().map(|text| text.parse().map_err(|_| nothing(text)));
        let to = self.to.as_ref().map(|text| text.parse().map_err(|_| nothing(text)));
        Ok(UpSelection {
            track: track.transpose()?,
            to: to.transpose()?,
            steps: self.steps,
            allow_late: self.allow_late,
            only: None,
        })
    }
}

fn applied(states: &[TrackState]) -> BTreeMap<String, Vec<String>> {
    let versions =
        |state: &TrackState| state.ledger.entries.iter().map(|entry| entry.version.to_string()).collect();
    states.iter().map(|state| (state.track.to_string(), versions(state))).collect()
}

fn catalog(catalog: &Catalog) -> BTreeMap<String, String> {
    let entry = |fact: &Fact| {
        let text = format!("{:?} {:?} {:?}", fact.parent, fact.rank, fact.attributes);
        (fact.id.to_string(), Checksum::of(&text).as_str().chars().take(DIGITS).collect())
    };
    catalog.facts().map(entry).collect()
}
