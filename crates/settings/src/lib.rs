//! The one place that reads flags, environment and files into [`Settings`].
//!
//! It opens no connection, starts no process, writes nothing and prints nothing. Everything but [`Environment::of_process`]
//! takes the environment as a value, so that the same request, variables and files always give the same settings.

mod document;
mod dotenv;
mod duration;
mod environment;
mod file;
mod find;
mod load;
mod mistake;
mod naming;
mod nearest;
mod place;
mod process;
mod request;
mod settings;
mod surroundings;
mod target;
mod trust;

pub use document::{Document, Node, Read, Table};
pub use dotenv::EnvironmentFileError;
pub use duration::{InvalidDuration, parse_duration};
pub use environment::Environment;
pub use load::{SettingsError, load, load_database, load_shadow};
pub use mistake::{Mistake, Problem};
pub use naming::UnknownEnvironment;
pub use nearest::did_you_mean;
pub use place::Place;
pub use request::Request;
pub use settings::{
    BackupRule, Confirmation, DatabaseSettings, DriftSettings, EnvironmentKind, EnvironmentName,
    EnvironmentOrigin, EnvironmentRules, HookMoment, HookSettings, PhaseSettings, ServerSettings, Settings,
    ShadowPlace, ShadowSettings, TrackSettings,
};
pub use target::{
    Host, Origin, RootCertificate, Secret, SessionAttributes, Target, TargetError, Tls, TlsMode,
};
pub use trust::{Distrust, Untrusted, check_trust};
