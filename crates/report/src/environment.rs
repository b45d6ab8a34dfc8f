//! What is shown of an environment, as text and as JSON.

use crosstrack_engine::Inspection;
use crosstrack_settings::{BackupRule, Confirmation, Settings};
use serde::Serialize;
use serde_json::Value;

use crate::Outcome;
use crate::human::moment;
use crate::json::document;

/// An environment, its rules, and the database that they are for.
#[derive(Clone, Copy, Debug)]
pub struct EnvironmentView<'a> {
    /// The settings as the environment has them.
    pub settings: &'a Settings,
    /// What was read.
    pub inspection: &'a Inspection,
    /// The server: host and port, or the socket.
    pub server: &'a str,
}

/// The environment, who named it, how the database is marked, and what the environment demands.
pub fn environment(view: &EnvironmentView<'_>) -> String {
    let EnvironmentView { settings, inspection, server } = *view;
    let name = &settings.environment;
    let kind = name.kind.as_str();
    let like = if kind == name.as_str() { String::new() } else { format!(" (like {kind})") };
    let mut text = format!("environment {name}{like}, named by {}\n", name.origin);
    let database = &inspection.server.database;
    text += &match &inspection.journal.mark {
        None => {
            format!("database {database} at {server}, not marked: the first run that changes it marks it\n")
        }
        Some(mark) if mark.is_own => {
            format!(
                "database {database} at {server}, marked {} since {}\n",
                mark.environment,
                moment(&mark.marked_at)
            )
        }
        Some(mark) => format!(
            "database {database} at {server}, restored from {}, which was marked {}\n",
            mark.database, mark.environment
        ),
    };
    text += &format!("  confirmation of a change  {}\n", confirmation(settings.rules.confirm, database));
    text += &format!("  backup before a change    {}\n", backup(settings.rules.backup));
    text += &format!("  forbidden                 {}\n", listed(&settings.rules.forbid));
    for track in &settings.tracks {
        text += &format!("  rollback of {:<13} {}\n", track.name.as_str(), track.rollback.as_str());
    }
    text
}

fn confirmation(confirmation: Confirmation, database: &str) -> String {
    match confirmation {
        Confirmation::Warning => "none, a warning when data is lost".to_owned(),
        Confirmation::YesNo => "yes or no, in advance with `--yes`".to_owned(),
        Confirmation::TypeDatabaseName => {
            format!("the database's name, in advance with `--yes-i-mean {database}`")
        }
    }
}

fn backup(rule: BackupRule) -> &'static str {
    match rule {
        BackupRule::OnRequest => "when `--backup` asks for it",
        BackupRule::Required => "always, and checked",
    }
}

fn listed(commands: &[String]) -> String {
    if commands.is_empty() { "nothing".to_owned() } else { commands.join(", ") }
}

#[derive(Serialize)]
struct Body<'a> {
    environment: &'a str,
    like: &'static str,
    named_by: String,
    database: &'a str,
    mark: Option<Marked<'a>>,
    confirm: &'static str,
    backup: &'static str,
    forbid: &'a [String],
}

#[derive(Serialize)]
struct Marked<'a> {
    environment: &'a str,
    database: &'a str,
    #[serde(rename = "marked_at")]
    moment: &'a str,
    is_own: bool,
}

/// The same as JSON.
pub fn environment_document(view: &EnvironmentView<'_>) -> Value {
    let EnvironmentView { settings, inspection, .. } = *view;
    let body = Body {
        environment: settings.environment.as_str(),
        like: settings.environment.kind.as_str(),
        named_by: settings.environment.origin.to_string(),
        database: &inspection.server.database,
        mark: inspection.journal.mark.as_ref().map(|mark| Marked {
            environment: &mark.environment,
            database: &mark.database,
            moment: &mark.marked_at,
            is_own: mark.is_own,
        }),
        confirm: settings.rules.confirm.as_str(),
        backup: settings.rules.backup.as_str(),
        forbid: &settings.rules.forbid,
    };
    document("environment", Outcome::Done, body)
}
