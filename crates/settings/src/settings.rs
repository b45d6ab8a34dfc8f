//! What the settings are, once everything is read.
//!
//! Plain data: it must not read, search or decide anything.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crosstrack_model::{RollbackPolicy, TrackName};

use crate::target::Target;

/// Everything that a run needs to know before it looks at a migration or a database.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of `crosstrack.toml`, absolute: relative paths in the file start here.
    pub root: PathBuf,
    /// `crosstrack.toml` itself, absolute.
    pub file: PathBuf,
    /// The environment and where its name came from.
    pub environment: EnvironmentName,
    /// What the environment demands.
    pub rules: EnvironmentRules,
    /// The database.
    pub database: DatabaseSettings,
    /// The tracks in the order of the file. The environment's rollback policies are already applied.
    pub tracks: Vec<TrackSettings>,
    /// The phases in the order of the file.
    pub phases: Vec<PhaseSettings>,
    /// The development server.
    pub server: ServerSettings,
    /// Where migrations are tried.
    pub shadow: ShadowSettings,
    /// The hooks in the order of the file.
    pub hooks: Vec<HookSettings>,
    /// What is compared when drift is looked for.
    pub drift: DriftSettings,
    /// What was passed over and should be said: a password file with open permissions, a `.env` that is not read.
    pub warnings: Vec<String>,
}

impl Settings {
    /// The track of this name.
    pub fn track(&self, name: &TrackName) -> Option<&TrackSettings> {
        self.tracks.iter().find(|track| track.name == *name)
    }
}

/// How careful an environment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnvironmentKind {
    /// A laptop or a test job: data may go.
    Development,
    /// Shared, but not the real thing.
    Staging,
    /// The real thing.
    Production,
}

impl EnvironmentKind {
    /// Every kind, from the most permissive to the strictest.
    pub const ALL: [Self; 3] = [Self::Development, Self::Staging, Self::Production];

    /// The word in flags and in `crosstrack.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// Who named the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentOrigin {
    /// `--env`.
    Flag,
    /// A variable: `CROSSTRACK_ENV` or `APP_ENV`.
    Variable {
        /// The variable.
        name: &'static str,
    },
    /// A variable in a `.env` file.
    EnvironmentFile {
        /// The variable.
        name: &'static str,
        /// The file.
        file: PathBuf,
    },
    /// The database, which remembers the environment of its first run.
    Database,
    /// Nobody: it is `development`.
    Default,
}

impl fmt::Display for EnvironmentOrigin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => formatter.write_str("--env"),
            Self::Variable { name } => formatter.write_str(name),
            Self::EnvironmentFile { name, file } => write!(formatter, "{name} in {}", file.display()),
            Self::Database => formatter.write_str("the database"),
            Self::Default => formatter.write_str("the default"),
        }
    }
}

/// The environment's name: `development`, `staging`, `production` or one that `crosstrack.toml` declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentName {
    /// The name.
    pub name: String,
    /// Which of the three it is or is like. A declared environment that does not say is like production.
    pub kind: EnvironmentKind,
    /// Who named it.
    pub origin: EnvironmentOrigin,
}

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// Whether nobody named it, so that what the database remembers of its environment decides.
    pub fn is_default(&self) -> bool {
        self.origin == EnvironmentOrigin::Default
    }

    /// Whether a person or a job named it.
    pub fn is_named(&self) -> bool {
        !matches!(self.origin, EnvironmentOrigin::Default | EnvironmentOrigin::Database)
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.name)
    }
}

/// How a change is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confirmation {
    /// A warning, no question.
    Warning,
    /// Yes or no.
    YesNo,
    /// The database's name has to be typed.
    TypeDatabaseName,
}

impl Confirmation {
    /// Every way, from the most permissive to the strictest.
    pub const ALL: [Self; 3] = [Self::Warning, Self::YesNo, Self::TypeDatabaseName];

    /// The word in `crosstrack.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::YesNo => "yes-no",
            Self::TypeDatabaseName => "type-database-name",
        }
    }
}

/// Whether a backup is taken before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BackupRule {
    /// When it is asked for.
    OnRequest,
    /// Always, and checked; otherwise the change is refused.
    Required,
}

impl BackupRule {
    /// Every rule, from the most permissive to the strictest.
    pub const ALL: [Self; 2] = [Self::OnRequest, Self::Required];

    /// The word in `crosstrack.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnRequest => "on-request",
            Self::Required => "required",
        }
    }
}

/// What an environment demands: the built-in rules of its kind, and what `crosstrack.toml` says on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentRules {
    /// How a change is confirmed.
    pub confirm: Confirmation,
    /// Whether a backup is taken before a change.
    pub backup: BackupRule,
    /// The commands that are refused, without repetition.
    pub forbid: Vec<String>,
}

impl EnvironmentRules {
    /// Whether a command is refused.
    pub fn forbids(&self, command: &str) -> bool {
        self.forbid.iter().any(|forbidden| forbidden == command)
    }
}

/// Which database, and how long to wait there.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// The database. `None`: no database is named anywhere, so it is the development server's (and outside of development
    /// the caller refuses).
    pub target: Option<Target>,
    /// How long one attempt of a statement may wait for a lock.
    pub lock_timeout: Duration,
    /// How often a statement is tried that does not get its locks, at least once.
    pub lock_attempts: usize,
    /// How long a statement may run. `None`: as long as it takes.
    pub statement_timeout: Option<Duration>,
    /// How long to wait for another run to finish.
    pub wait_for_lock: Duration,
}

/// One track.
#[derive(Clone, Debug)]
pub struct TrackSettings {
    /// The name.
    pub name: TrackName,
    /// The adapter: one of those that the request knows.
    pub adapter: String,
    /// The folder of the migrations, absolute.
    pub path: PathBuf,
    /// The folder as the file writes it.
    pub shown_path: PathBuf,
    /// What `down` may do: the track's own policy, or the environment's when that is stricter.
    pub rollback: RollbackPolicy,
    /// The schema in which the ledger stands.
    pub schema: Option<String>,
    /// The ledger's table, when it is not the tool's usual one.
    pub table: Option<String>,
    /// The declared indexes, absolute.
    pub indexes: Option<PathBuf>,
    /// The declared constraints, absolute.
    pub constraints: Option<PathBuf>,
    /// The file or the folder of SQL that says what the track's schema is to be, absolute, where the file names it.
    pub desired: Option<PathBuf>,
    /// How long a statement of this track may wait for a lock, instead of `database.lock_timeout`.
    pub lock_timeout: Option<Duration>,
    /// How often a statement of this track is tried that does not get its locks, instead of `database.lock_attempts`.
    pub lock_attempts: Option<usize>,
    /// SQL that is run in the session before each migration.
    pub session: Vec<String>,
    /// Versions that may stand in the ledger without a file.
    pub allow_missing: Vec<String>,
    /// Further checksums by which the ledger may know a version, in lower-case hexadecimal.
    pub alternate_checksums: BTreeMap<String, Vec<String>>,
    /// Schemas that the tool creates before the first migration (`sqlx.toml`, `create-schemas`).
    pub create_schemas: Vec<String>,
    /// Characters that do not count in a checksum (`sqlx.toml`, `ignored-chars`).
    pub ignored_characters: Vec<char>,
}

/// One phase: tracks to bring up to date, then checks that must pass before the next phase starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseSettings {
    /// The name.
    pub name: String,
    /// The tracks in order.
    pub tracks: Vec<TrackName>,
    /// The checks in order.
    pub checks: Vec<String>,
}

/// When a hook runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookMoment {
    /// Before something is applied.
    BeforeUp,
    /// After it.
    AfterUp,
    /// Before something is reverted.
    BeforeDown,
    /// After it.
    AfterDown,
}

impl HookMoment {
    /// Every moment.
    pub const ALL: [Self; 4] = [Self::BeforeUp, Self::AfterUp, Self::BeforeDown, Self::AfterDown];

    /// The word in `crosstrack.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BeforeUp => "before-up",
            Self::AfterUp => "after-up",
            Self::BeforeDown => "before-down",
            Self::AfterDown => "after-down",
        }
    }
}

/// A program that runs before or after a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookSettings {
    /// When it runs.
    pub moment: HookMoment,
    /// The program and its arguments. It runs in the folder of `crosstrack.toml`.
    pub run: Vec<String>,
    /// How long it may run.
    pub timeout: Duration,
    /// Whether it runs although there was nothing to do.
    pub always: bool,
}

/// The development server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// The folder of installed server binaries, absolute.
    pub pg_bin: Option<PathBuf>,
    /// Where server binaries are downloaded from when the machine has none.
    pub source: Option<String>,
    /// The folder of the server's data, absolute.
    pub data: Option<PathBuf>,
}

/// The server on which migrations are tried, and what is there before the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShadowSettings {
    /// The server.
    pub place: ShadowPlace,
    /// Files of SQL that run in each shadow database before the first migration, absolute.
    pub prepare: Vec<PathBuf>,
    /// The folder of the private server, absolute.
    pub data: Option<PathBuf>,
}

/// The server on which shadow databases are made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ShadowPlace {
    /// A private server of this project's, started on demand.
    #[default]
    Private,
    /// The server of this database.
    Server(Box<Target>),
    /// The server of the target database.
    Target,
}

/// What is compared when drift is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DriftSettings {
    /// The names of things that are somebody else's, with `*` for any text: `public.spatial_ref_sys`, `legacy.*`, `payload_*`.
    pub ignore: Vec<String>,
}
