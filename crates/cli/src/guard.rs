//! Before a change: the right environment, somebody's yes, a backup.
//!
//! Without a terminal nobody is asked: the change is refused, and the flag named that would have answered.

use clap::Args;
use crosstrack_database::LockedSession;
use crosstrack_engine::{Inspection, Stop, mark_anew};
use crosstrack_model::{Checksum, Plan};
use crosstrack_operations::{Answers, Demand, GuardError, Guarded};
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::{BackupRule, Confirmation, Settings};

use crate::backups::{Wanted, take};
use crate::context::Context;
use crate::deployment::Deployment;
use crate::{failure, origin};

/// The flags that answer in advance.
#[derive(Clone, Debug, Args)]
pub(crate) struct Answering {
    /// Answer yes where the environment asks yes or no
    #[arg(long, short = 'y')]
    yes: bool,
    /// Name the database that is meant, where the environment wants its name typed
    #[arg(long, value_name = "DATABASE")]
    yes_i_mean: Option<String>,
}

/// A change that is about to be made.
pub(crate) struct Change<'a> {
    /// What it is, as in "apply 3 migrations".
    pub(crate) what: String,
    /// What is lost by it, as lines, if anything is.
    pub(crate) loses: Option<String>,
    /// What was answered in advance.
    pub(crate) answering: &'a Answering,
}

impl Change<'_> {
    /// Sees to it that the change may be made. Called without the lock, for a person may take their time.
    pub(crate) fn confirm(
        &self,
        deployment: &Deployment,
        inspection: &Inspection,
        context: &Context,
    ) -> Result<(), Problem> {
        let demand = self.demand(deployment, inspection, context)?;
        if let Some(loses) = &self.loses {
            let is_warning = deployment.settings.rules.confirm == Confirmation::Warning;
            let warning = if is_warning { "warning: " } else { "" };
            let place = place(deployment, inspection);
            context.print.story(&format!("{warning}this is to {} in {place}\n{loses}", self.what));
        }
        match demand {
            Demand::Nothing => Ok(()),
            Demand::YesNo => put(&self.what, None, (deployment, inspection)),
            Demand::TypeDatabaseName => {
                put(&self.what, Some(&inspection.server.database), (deployment, inspection))
            }
        }
    }

    /// Refuses what the environment or the mark of the database refuses; asks nobody.
    pub(crate) fn check(
        &self,
        deployment: &Deployment,
        inspection: &Inspection,
        context: &Context,
    ) -> Result<(), Problem> {
        self.demand(deployment, inspection, context).map(drop)
    }

    /// Looks again under the lock, where somebody may have come first, and marks a database that was restored from another.
    pub(crate) async fn confirm_again(
        &self,
        deployment: &Deployment,
        (inspection, lock): (&Inspection, &LockedSession),
        context: &Context,
    ) -> Result<(), Problem> {
        self.demand(deployment, inspection, context)?;
        if inspection.journal.mark.as_ref().is_some_and(|mark| !mark.is_own) {
            let environment = deployment.settings.environment.as_str();
            mark_anew(lock, environment).await.map_err(|error| failure::query(&error))?;
            context.print.story(&format!("the database is marked `{environment}` from now on\n"));
        }
        Ok(())
    }

    fn demand(
        &self,
        deployment: &Deployment,
        inspection: &Inspection,
        context: &Context,
    ) -> Result<Demand, Problem> {
        let settings = &deployment.settings;
        let guarded = Guarded {
            environment: &settings.environment,
            rules: &settings.rules,
            inspection,
            origin: &origin::origin(context.command(), settings, &context.environment),
        };
        let Answering { yes, yes_i_mean } = self.answering.clone();
        guarded.demand(&Answers { yes, yes_i_mean }).map_err(|error| failure::guard(&error))
    }
}

/// What was confirmed before the lock was taken.
pub(crate) struct Confirmed<'a> {
    pub(crate) change: Change<'a>,
    /// The fingerprint of the plan.
    pub(crate) plan: Checksum,
    /// Whether a backup is asked for.
    pub(crate) backup: bool,
}

impl Confirmed<'_> {
    /// Sees to it that it still holds under the lock, and that a backup is there.
    pub(crate) async fn still_holds(
        &self,
        deployment: &mut Deployment,
        (lock, stop): (&LockedSession, &Stop),
        (inspection, plan): (&Inspection, &Plan),
        context: &Context,
    ) -> Result<(), Problem> {
        let is_another = plan.fingerprint() != self.plan;
        if is_another && deployment.settings.rules.confirm != Confirmation::Warning {
            return Err(another_plan());
        }
        self.change.confirm_again(deployment, (inspection, lock), context).await?;
        back_up_before_change(deployment, (inspection, stop), self.backup, context).await
    }
}

/// The plan under the lock is not the one that was confirmed.
fn another_plan() -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: "what would be done is no longer what was confirmed: another run came first".into(),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec!["look at `crosstrack status`, then run the same command again".into()],
    }
}

/// The database, in the words of a question.
fn place(deployment: &Deployment, inspection: &Inspection) -> String {
    format!(
        "the database `{}` on {}, environment {}",
        inspection.server.database,
        deployment.database.endpoint(),
        deployment.settings.environment
    )
}

/// Sees to it that somebody types the database's name, or has given it in advance, whatever the environment demands.
pub(crate) fn have_name_typed(
    what: &str,
    answering: &Answering,
    (deployment, inspection): (&Deployment, &Inspection),
) -> Result<(), Problem> {
    let database = &inspection.server.database;
    match &answering.yes_i_mean {
        Some(meant) if meant == database => Ok(()),
        Some(meant) => {
            let (meant, database) = (meant.clone(), database.clone());
            Err(failure::guard(&GuardError::AnotherDatabase { meant, database }))
        }
        None => put(what, Some(database), (deployment, inspection)),
    }
}

/// Refuses to make a database where the environment wants a confirmation that was not given in advance: what is made is not asked about
/// twice.
pub(crate) fn may_create(
    (database, settings): (&str, &Settings),
    answering: &Answering,
) -> Result<(), Problem> {
    let is_named = answering.yes_i_mean.as_deref() == Some(database);
    let (is_answered, flag) = match settings.rules.confirm {
        Confirmation::Warning => (true, String::new()),
        Confirmation::YesNo => (answering.yes || is_named, "--yes".to_owned()),
        Confirmation::TypeDatabaseName => (is_named, format!("--yes-i-mean {database}")),
    };
    let place = format!("environment {}", settings.environment);
    if is_answered {
        Ok(())
    } else {
        Err(unanswered(&format!("create the database `{database}`"), &place, &flag))
    }
}

/// Asks. `name` is what has to be typed, where a yes is not enough.
fn put(
    what: &str,
    name: Option<&str>,
    (deployment, inspection): (&Deployment, &Inspection),
) -> Result<(), Problem> {
    let place = place(deployment, inspection);
    let (question, flag) = match name {
        None => (format!("{what} in {place}? [y/N] "), "--yes".to_owned()),
        Some(name) => {
            (format!("{what} in {place}? Type the database's name: "), format!("--yes-i-mean {name}"))
        }
    };
    match crate::print::ask(&question) {
        None => Err(unanswered(what, &place, &flag)),
        Some(answer) if is_answer(&answer, name) => Ok(()),
        Some(_) => Err(declined(what)),
    }
}

/// `y`, `yes`, or the name that had to be typed.
fn is_answer(answer: &str, name: Option<&str>) -> bool {
    let answer = answer.trim();
    match name {
        Some(name) => answer == name,
        None => ["y", "yes"].iter().any(|yes| answer.eq_ignore_ascii_case(yes)),
    }
}

fn unanswered(what: &str, place: &str, flag: &str) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: format!("to {what} in {place} wants a confirmation, and there is no terminal to ask on"),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: vec![format!("answer in advance with `{flag}`")],
    }
}

fn declined(what: &str) -> Problem {
    Problem {
        outcome: Outcome::Refused,
        message: format!("to {what} was not confirmed"),
        place: None,
        causes: Vec::new(),
        changed: Some("nothing".into()),
        hints: Vec::new(),
    }
}

/// Takes a backup and reads it back, where the environment demands one before every change or somebody asks for it. A database
/// that is empty has nothing to lose.
pub(crate) async fn back_up_before_change(
    deployment: &mut Deployment,
    (inspection, stop): (&Inspection, &Stop),
    is_asked_for: bool,
    context: &Context,
) -> Result<(), Problem> {
    let is_required = deployment.settings.rules.backup == BackupRule::Required;
    if !is_required && !is_asked_for {
        return Ok(());
    }
    if deployment.is_empty().await? {
        context.print.story("no backup: the database holds nothing yet\n");
        return Ok(());
    }
    let why = if is_asked_for { "as asked for" } else { "as the environment demands" };
    back_up(deployment, (inspection, stop), why, context).await
}

/// Takes a backup and reads it back.
pub(crate) async fn back_up(
    deployment: &Deployment,
    (inspection, stop): (&Inspection, &Stop),
    why: &str,
    context: &Context,
) -> Result<(), Problem> {
    context.print.story(&format!("taking a backup, {why}\n"));
    let wanted = Wanted::default();
    let backup = take(deployment, (inspection, stop), &wanted, context).await?;
    context.print.story(&crosstrack_report::backup_line(&backup));
    Ok(())
}
