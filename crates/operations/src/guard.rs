//! What an environment demands before a change: that it is the right one, that somebody answers for it, that a backup is there.
//!
//! Must not ask anybody: it says what is to be asked.

use crosstrack_engine::{Inspection, Origin};
use crosstrack_model::Mark;
use crosstrack_settings::{Confirmation, EnvironmentKind, EnvironmentName, EnvironmentRules};

/// What was answered in advance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Yes, where yes or no is asked.
    pub yes: bool,
    /// The name of the database that is meant, where it has to be typed.
    pub yes_i_mean: Option<String>,
}

/// What is left to be done before the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// Nothing: a warning is enough, or it was answered in advance.
    Nothing,
    /// Somebody has to say yes.
    YesNo,
    /// Somebody has to type the database's name.
    TypeDatabaseName,
}

/// What a change is held against.
#[derive(Clone, Copy)]
pub struct Guarded<'a> {
    /// The environment, and who named it.
    pub environment: &'a EnvironmentName,
    /// What it demands.
    pub rules: &'a EnvironmentRules,
    /// The database as it is.
    pub inspection: &'a Inspection,
    /// Who runs what from where.
    pub origin: &'a Origin,
}

/// Why a change is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum GuardError {
    /// Somebody names one environment, and the database remembers another.
    #[error("the database `{database}` is marked `{marked}`, and {origin} says `{named}`")]
    Disagreement {
        /// The database.
        database: String,
        /// The environment of its first run.
        marked: String,
        /// The environment that is named now.
        named: String,
        /// Who names it.
        origin: String,
    },
    /// A database that was restored from one with a mark, and nobody says what it is now.
    #[error(
        "the database `{database}` was restored from one that was marked `{marked}`, `{from}`, and nobody says which environment it is now"
    )]
    Restored {
        /// The database.
        database: String,
        /// The environment of the other one.
        marked: String,
        /// The name of the other one.
        from: String,
    },
    /// Another database is meant.
    #[error("`--yes-i-mean {meant}` does not name this database, which is `{database}`")]
    AnotherDatabase {
        /// What was meant.
        meant: String,
        /// What it is.
        database: String,
    },
    /// The audit of production would not know who or what.
    #[error("in `{environment}` the journal has to know {what}, and nothing here says it")]
    Unaccountable {
        /// The environment.
        environment: String,
        /// What is not known.
        what: &'static str,
        /// The variable that would say it.
        variable: &'static str,
    },
}

impl GuardError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Disagreement { named, .. } => format!(
                "use the right URL or the right environment; if the database really is `{named}` from now on: \
                 `crosstrack environment mark {named}`"
            ),
            Self::Restored { .. } => {
                "name it with `--env`: the next run that changes something marks the database with it"
                    .to_owned()
            }
            Self::AnotherDatabase { .. } => {
                "look at the URL; `crosstrack environment` shows which database it is".to_owned()
            }
            Self::Unaccountable { variable, .. } => format!("set {variable}"),
        }
    }
}

impl Guarded<'_> {
    /// Refuses a change to a database that is not what it is said to be, or for which nobody could answer later; says what is still
    /// to be asked.
    ///
    /// # Errors
    /// As said.
    pub fn demand(&self, answers: &Answers) -> Result<Demand, GuardError> {
        self.check_mark()?;
        self.check_account()?;
        let database = &self.inspection.server.database;
        if let Some(meant) = answers.yes_i_mean.as_ref().filter(|meant| *meant != database) {
            return Err(GuardError::AnotherDatabase { meant: meant.clone(), database: database.clone() });
        }
        let is_named = answers.yes_i_mean.is_some();
        Ok(match self.rules.confirm {
            Confirmation::YesNo if !answers.yes && !is_named => Demand::YesNo,
            Confirmation::TypeDatabaseName if !is_named => Demand::TypeDatabaseName,
            _ => Demand::Nothing,
        })
    }

    fn check_mark(&self) -> Result<(), GuardError> {
        let Some(mark) = &self.inspection.journal.mark else { return Ok(()) };
        let database = self.inspection.server.database.clone();
        let Mark { environment: marked, database: from, .. } = mark.clone();
        if !mark.is_own {
            let is_told = self.environment.is_named();
            return if is_told { Ok(()) } else { Err(GuardError::Restored { database, marked, from }) };
        }
        if marked == self.environment.name {
            return Ok(());
        }
        let (named, origin) = (self.environment.name.clone(), self.environment.origin.to_string());
        Err(GuardError::Disagreement { database, marked, named, origin })
    }

    fn check_account(&self) -> Result<(), GuardError> {
        let missing = match (&self.origin.actor, &self.origin.git_commit) {
            _ if self.environment.kind != EnvironmentKind::Production => return Ok(()),
            (None, _) => ("who runs it", "CROSSTRACK_ACTOR"),
            (_, None) => ("the git commit of the migrations", "CROSSTRACK_COMMIT"),
            _ => return Ok(()),
        };
        let environment = self.environment.name.clone();
        Err(GuardError::Unaccountable { environment, what: missing.0, variable: missing.1 })
    }
}
