//! What every command starts from: the flags, the environment, the printer.

use std::path::PathBuf;
use std::sync::Arc;

use crosstrack_engine::Listener;
use crosstrack_model::Event;
use crosstrack_report::{Outcome, Problem};
use crosstrack_settings::{
    Environment, Request, Settings, SettingsError, ShadowSettings, Target, load, load_database, load_shadow,
};
use crosstrack_verify::CHECK_NAMES;

use crate::adapters;
use crate::arguments::Global;
use crate::deployment::Deployment;
use crate::failure;
use crate::print::Printer;

/// What every command starts from.
pub(crate) struct Context {
    /// How the user calls the program.
    pub(crate) program: &'static str,
    /// The flags that every command takes.
    pub(crate) global: Global,
    /// The only one that prints.
    pub(crate) print: Printer,
    /// The environment variables.
    pub(crate) environment: Environment,
    /// The command, as JSON and the journal have it.
    command: &'static str,
}

impl Context {
    pub(crate) fn new(
        (program, command): (&'static str, &'static str),
        global: Global,
        print: Printer,
    ) -> Self {
        Self { program, global, print, environment: Environment::of_process(), command }
    }

    /// The same for what is done on the way: its answers are a part of the story.
    pub(crate) fn on_the_way(&self) -> Self {
        Self {
            program: self.program,
            global: self.global.clone(),
            print: self.print.on_the_way(),
            environment: self.environment.clone(),
            command: self.command,
        }
    }

    /// The command, as JSON and the journal have it.
    pub(crate) fn command(&self) -> &'static str {
        self.command
    }

    /// Settings: flags, environment and files.
    pub(crate) fn settings(&self) -> Result<Settings, Problem> {
        self.read_settings(self.global.env.clone(), None)
    }

    /// The same, or none where there is no settings file: a command that needs no project does without.
    pub(crate) fn settings_or_none(&self) -> Result<Option<Settings>, Problem> {
        let request = self.request(self.global.env.clone(), None)?;
        match load(&request, &self.environment) {
            Err(SettingsError::NotFound { .. }) => Ok(None),
            _ => self.settings().map(Some),
        }
    }

    /// The same as if this environment were named.
    pub(crate) fn settings_of(&self, environment: &str) -> Result<Settings, Problem> {
        self.read_settings(Some(environment.to_owned()), None)
    }

    /// The same beside what a database remembers of its environment.
    pub(crate) fn settings_beside(&self, remembered: String) -> Result<Settings, Problem> {
        self.read_settings(self.global.env.clone(), Some(remembered))
    }

    fn read_settings(
        &self,
        environment: Option<String>,
        remembered: Option<String>,
    ) -> Result<Settings, Problem> {
        let request = self.request(environment, remembered)?;
        let settings = load(&request, &self.environment).map_err(|error| failure::settings(&error))?;
        if settings.rules.forbids(self.command) {
            return Err(failure::forbidden(self.command, settings.environment.as_str()));
        }
        for warning in &settings.warnings {
            self.print.story(&format!("warning: {warning}\n"));
        }
        Ok(settings)
    }

    /// The shadow server that flags and variables name, where there is no settings file.
    pub(crate) fn shadow_settings(&self) -> Result<ShadowSettings, Problem> {
        let request = self.request(self.global.env.clone(), None)?;
        load_shadow(&request, &self.environment).map_err(|error| failure::settings(&error))
    }

    /// The database that flags and variables name, where the settings file cannot be read.
    pub(crate) fn named_database(&self) -> Option<Target> {
        let request = self.request(self.global.env.clone(), None).ok()?;
        load_database(&request, &self.environment).ok().flatten()
    }

    fn request(&self, environment: Option<String>, remembered: Option<String>) -> Result<Request, Problem> {
        Ok(Request {
            working_directory: working_directory()?,
            config: self.global.config.clone(),
            database_url: self.global.database_url.clone(),
            shadow_url: self.global.shadow_url.clone(),
            environment,
            remembered,
            no_dotenv: self.global.no_dotenv,
            env_file: self.global.env_file.clone(),
            wait_for_lock: self.global.wait_for_lock,
            adapters: adapters::NAMES,
            checks: CHECK_NAMES,
        })
    }

    /// Tells the story of a run as it happens.
    pub(crate) fn listener(&self) -> Listener {
        let print = self.print.clone();
        Arc::new(move |event: Event| {
            if let Some(line) = crosstrack_report::event(&event) {
                print.story(&line);
            }
            if let Event::GateFinished(outcome) = &event {
                print.annotate(|| crosstrack_report::finding_annotations(&outcome.reports));
            }
        })
    }

    /// Settings, discover, and a database that answers.
    pub(crate) async fn deployment(&self) -> Result<Deployment, Problem> {
        Deployment::open(self, self.settings()?).await
    }
}

fn working_directory() -> Result<PathBuf, Problem> {
    std::env::current_dir().map_err(|error| Problem::new(Outcome::Usage, &error))
}
