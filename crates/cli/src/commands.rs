//! The commands: a file each, and their line here.

mod backup;
mod baseline;
mod completions;
mod create;
mod create_database;
mod doctor;
mod down;
mod drift;
mod drop_database;
mod environment;
mod fresh;
mod generate;
mod history;
mod plan;
mod prove;
mod redo;
mod refresh;
mod renewal;
mod reset;
mod resolve;
mod restore;
mod schema;
mod seed;
mod server;
mod shadow;
mod status;
mod up;
mod verify;

use clap::Subcommand;
use crosstrack_report::{Outcome, Problem};

use crate::context::Context;

/// A command with its flags.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Apply what is pending, in the order of the phases, and verify [aliases: deploy, migrate]
    #[command(aliases = ["deploy", "migrate"])]
    Up(up::Arguments),
    /// Revert the last applied migration, under the tracks' policies [alias: rollback]
    #[command(alias = "rollback")]
    Down(down::Arguments),
    /// Revert what was applied last, and apply it again
    Redo(redo::Arguments),
    /// Revert everything, and apply everything again
    Refresh(refresh::Arguments),
    /// Drop everything that the migrations made, and apply everything again
    Fresh(fresh::Arguments),
    /// Revert everything
    Reset(reset::Arguments),
    /// Show the server, and what is applied and pending in every track
    Status(status::Arguments),
    /// Show the steps that `up` would run, in order, with their SQL
    Plan(plan::Arguments),
    /// Hold the database against what the tracks declare
    Verify(verify::Arguments),
    /// Hold the database against a replay of the applied migrations
    Drift(drift::Arguments),
    /// Test that every down migration restores the schema
    Prove(prove::Arguments),
    /// Write an empty migration in a track's own format
    Create(create::Arguments),
    /// Write the migration that leads a track to the schema that is desired
    Generate(generate::Arguments),
    /// Print a schema as SQL; show how two schemas differ
    Schema(schema::Arguments),
    /// Take a backup; list, check and prune them
    Backup(backup::Arguments),
    /// Restore a backup into a new database that takes the place of this one
    Restore(restore::Arguments),
    /// Make the database that is named
    CreateDatabase(create_database::Arguments),
    /// Drop the database that is named, with everything in it
    DropDatabase(drop_database::Arguments),
    /// Tell a ledger what you know: that a migration is applied, or that it is not
    Resolve(resolve::Arguments),
    /// Adopt a database that was built by hand or by the ORM alone
    Baseline(baseline::Arguments),
    /// Show the environment and what it demands; mark the database with another
    Environment(environment::Arguments),
    /// Load the rows that the environment's seeds declare
    Seed(seed::Arguments),
    /// Show the journal as an audit log: who ran what, when, from where, and how it ended
    History(history::Arguments),
    /// Examine the server, the database, the settings and this machine, and say what mends them
    Doctor(doctor::Arguments),
    /// The development server: start, stop, look into it
    Server(server::Arguments),
    /// Write what exists before the first migration into a file for shadow databases
    Shadow(shadow::Arguments),
    /// Print the completions of a shell
    Completions(completions::Arguments),
}

impl Command {
    /// The name, as JSON and the journal have it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Up(_) => "up",
            Self::Down(_) => "down",
            Self::Redo(_) => "redo",
            Self::Refresh(_) => "refresh",
            Self::Fresh(_) => "fresh",
            Self::Reset(_) => "reset",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
            Self::CreateDatabase(_) => "create-database",
            Self::DropDatabase(_) => "drop-database",
            Self::Status(_) => "status",
            Self::Plan(_) => "plan",
            Self::Verify(_) => "verify",
            Self::Drift(_) => "drift",
            Self::Prove(_) => "prove",
            Self::Create(_) => "create",
            Self::Generate(_) => "generate",
            Self::Schema(_) => "schema",
            Self::Resolve(_) => "resolve",
            Self::Baseline(_) => "baseline",
            Self::Environment(_) => "environment",
            Self::Seed(_) => "seed",
            Self::History(_) => "history",
            Self::Doctor(_) => "doctor",
            Self::Server(_) => "server",
            Self::Shadow(_) => "shadow",
            Self::Completions(_) => "completions",
        }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<Outcome, Problem> {
        match self {
            Self::Up(arguments) => up::run(arguments, context).await,
            Self::Down(arguments) => down::run(arguments, context).await,
            Self::Redo(arguments) => redo::run(arguments, context).await,
            Self::Refresh(arguments) => refresh::run(arguments, context).await,
            Self::Fresh(arguments) => fresh::run(arguments, context).await,
            Self::Reset(arguments) => reset::run(arguments, context).await,
            Self::Backup(arguments) => backup::run(arguments, context).await,
            Self::Restore(arguments) => Box::pin(restore::run(arguments, context)).await,
            Self::CreateDatabase(arguments) => create_database::run(arguments, context).await,
            Self::DropDatabase(arguments) => drop_database::run(arguments, context).await,
            Self::Status(arguments) => status::run(arguments, context).await,
            Self::Plan(arguments) => plan::run(arguments, context).await,
            Self::Verify(arguments) => verify::run(arguments, context).await,
            Self::Drift(arguments) => drift::run(&arguments, context).await,
            Self::Prove(arguments) => prove::run(arguments, context).await,
            Self::Create(arguments) => create::run(&arguments, context),
            Self::Generate(arguments) => generate::run(arguments, context).await,
            Self::Schema(arguments) => schema::run(arguments, context).await,
            Self::Resolve(arguments) => resolve::run(arguments, context).await,
            Self::Baseline(arguments) => baseline::run(arguments, context).await,
            Self::Environment(arguments) => environment::run(arguments, context).await,
            Self::Seed(arguments) => seed::run(arguments, context).await,
            Self::History(arguments) => history::run(arguments, context).await,
            Self::Doctor(arguments) => doctor::run(arguments, context).await,
            Self::Server(arguments) => server::run(arguments, context),
            Self::Shadow(arguments) => shadow::run(arguments, context).await,
            Self::Completions(arguments) => Ok(completions::run(&arguments, context)),
        }
    }
}
