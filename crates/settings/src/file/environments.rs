//! `[environment.<name>]`: what an environment demands beyond the rules of its kind.
//!
//! It must not choose the environment: it reads all of them, so that a mistake in production's shows on a laptop.

use std::time::Duration;

use crosstrack_model::{RollbackPolicy, TrackName};

use super::database::ATTEMPTS;
use super::tracks::{DeclaredTrack, policy};
use crate::document::{Node, Read, Table};
use crate::mistake::Problem;
use crate::settings::{BackupRule, Confirmation, EnvironmentKind, EnvironmentRules};

const KEYS: [&str; 7] = ["like", "confirm", "backup", "rollback", "forbid", "lock_timeout", "lock_attempts"];

/// The commands that an environment may forbid: those that change a database.
const COMMANDS: [&str; 12] = [
    "up",
    "down",
    "redo",
    "refresh",
    "reset",
    "fresh",
    "seed",
    "restore",
    "resolve",
    "baseline",
    "create-database",
    "drop-database",
];

/// An environment that the file declares.
pub(crate) struct DeclaredEnvironment {
    pub(crate) name: String,
    pub(crate) kind: EnvironmentKind,
    pub(crate) rules: EnvironmentRules,
    pub(crate) rollback: Vec<(TrackName, RollbackPolicy)>,
    /// How long a statement may wait for a lock, instead of what `[database]` says.
    pub(crate) lock_timeout: Option<Duration>,
    /// How often it is tried, instead of what `[database]` says.
    pub(crate) lock_attempts: Option<usize>,
}

/// The rules that a kind of environment has by itself.
pub(crate) fn built_in_rules(kind: EnvironmentKind) -> EnvironmentRules {
    let (confirm, backup, forbid): (_, _, &[&str]) = match kind {
        EnvironmentKind::Development => (Confirmation::Warning, BackupRule::OnRequest, &[]),
        EnvironmentKind::Staging => (Confirmation::YesNo, BackupRule::Required, &[]),
        EnvironmentKind::Production => (
            Confirmation::TypeDatabaseName,
            BackupRule::Required,
            &["reset", "fresh", "refresh", "drop-database"],
        ),
    };
    EnvironmentRules { confirm, backup, forbid: forbid.iter().map(|&command| command.to_owned()).collect() }
}

pub(super) fn read(node: Option<Node<'_>>, tracks: &[DeclaredTrack<'_>]) -> Read<Vec<DeclaredEnvironment>> {
    let Some(node) = node else { return Ok(Vec::new()) };
    node.map()?.entries().map(|(key, value)| environment(&key, &value, tracks)).collect()
}

fn environment(key: &Node<'_>, value: &Node<'_>, tracks: &[DeclaredTrack<'_>]) -> Read<DeclaredEnvironment> {
    let name = key.name().to_owned();
    if name.parse::<TrackName>().is_err() {
        return Err(key.mistake(Problem::BadName { text: name }));
    }
    let table = value.table(format!("`[environment.{name}]`"), &KEYS)?;
    let kind = kind(&table, &name)?;
    Ok(DeclaredEnvironment {
        kind,
        rules: rules(&table, kind)?,
        rollback: table.get("rollback").map_or(Ok(Vec::new()), |node| rollback(&node, &name, tracks))?,
        lock_timeout: table.get("lock_timeout").map(|node| node.some_time()).transpose()?,
        lock_attempts: table.get("lock_attempts").map(|node| node.count(ATTEMPTS)).transpose()?,
        name,
    })
}

fn kind(table: &Table<'_>, name: &str) -> Read<EnvironmentKind> {
    let built_in = EnvironmentKind::ALL.into_iter().find(|kind| kind.as_str() == name);
    match (built_in, table.get("like")) {
        (Some(_), Some(node)) => {
            Err(node.mistake(Problem::BuiltInEnvironment { environment: name.to_owned() }))
        }
        (Some(kind), None) => Ok(kind),
        (None, Some(node)) => node.one_of("environment", &EnvironmentKind::ALL, EnvironmentKind::as_str),
        // What nobody described is treated with the most care.
        (None, None) => Ok(EnvironmentKind::Production),
    }
}

/// What the file states about confirmation and backups stands, for the file is reviewed; commands are only ever added.
fn rules(table: &Table<'_>, kind: EnvironmentKind) -> Read<EnvironmentRules> {
    let mut rules = built_in_rules(kind);
    if let Some(node) = table.get("confirm") {
        rules.confirm = node.one_of("confirmation", &Confirmation::ALL, Confirmation::as_str)?;
    }
    if let Some(node) = table.get("backup") {
        rules.backup = node.one_of("backup rule", &BackupRule::ALL, BackupRule::as_str)?;
    }
    for node in table.get("forbid").map(|node| node.list()).transpose()?.unwrap_or_default() {
        let command = node.word("command", &COMMANDS)?;
        if !rules.forbids(command) {
            rules.forbid.push(command.to_owned());
        }
    }
    Ok(rules)
}

fn rollback(
    node: &Node<'_>,
    environment: &str,
    tracks: &[DeclaredTrack<'_>],
) -> Read<Vec<(TrackName, RollbackPolicy)>> {
    node.map()?.entries().map(|(key, value)| tighter_policy(&key, &value, environment, tracks)).collect()
}

fn tighter_policy(
    key: &Node<'_>,
    value: &Node<'_>,
    environment: &str,
    tracks: &[DeclaredTrack<'_>],
) -> Read<(TrackName, RollbackPolicy)> {
    let Some(track) = tracks.iter().find(|track| track.settings.name.as_str() == key.name()) else {
        let names: Vec<&str> = tracks.iter().map(|track| track.settings.name.as_str()).collect();
        let problem = Problem::UnknownWord { noun: "track", word: key.name().to_owned() };
        return Err(key.mistake_with(problem, crate::nearest::did_you_mean(key.name(), &names)));
    };
    let wanted = policy(value)?;
    let own = track.settings.rollback;
    if wanted < own {
        return Err(value.mistake(Problem::LooserPolicy {
            environment: environment.to_owned(),
            track: track.settings.name.clone(),
            own,
            wanted,
        }));
    }
    Ok((track.settings.name.clone(), wanted))
}
