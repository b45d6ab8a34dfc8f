//! The commands: a file each, and their line here.

mod baseline;
mod completions;
mod create;
mod doctor;
mod down;
mod history;
mod plan;
mod prove;
mod resolve;
mod server;
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
    /// Show the server, and what is applied and pending in every track
    Status(status::Arguments),
    /// Show the steps that `up` would run, in order, with their SQL
    Plan(plan::Arguments),
    /// Hold the database against what the tracks declare
    Verify(verify::Arguments),
    /// Prove on a scratch database that every way back leads back
    Prove(prove::Arguments),
    /// Write an empty migration in a track's own format
    Create(create::Arguments),
    /// Tell a ledger what you know: that a migration is applied, or that it is not
    Resolve(resolve::Arguments),
    /// Adopt a database that was built by hand or by the ORM alone
    Baseline(baseline::Arguments),
    /// Show the journal as an audit log: who ran what, when, from where, and how it ended
    History(history::Arguments),
    /// Examine the server, the database, the settings and this machine, and say what mends them
    Doctor(doctor::Arguments),
    /// The development server: start, stop, look into it
    Server(server::Arguments),
    /// Print the completions of a shell
    Completions(completions::Arguments),
}

impl Command {
    /// The name, as JSON and the journal have it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Up(_) => "up",
            Self::Down(_) => "down",
            Self::Status(_) => "status",
            Self::Plan(_) => "plan",
            Self::Verify(_) => "verify",
            Self::Prove(_) => "prove",
            Self::Create(_) => "create",
            Self::Resolve(_) => "resolve",
            Self::Baseline(_) => "baseline",
            Self::History(_) => "history",
            Self::Doctor(_) => "doctor",
            Self::Server(_) => "server",
            Self::Completions(_) => "completions",
        }
    }

    pub(crate) async fn run(self, context: &Context) -> Result<Outcome, Problem> {
        match self {
            Self::Up(arguments) => up::run(arguments, context).await,
            Self::Down(arguments) => down::run(arguments, context).await,
            Self::Status(arguments) => status::run(arguments, context).await,
            Self::Plan(arguments) => plan::run(arguments, context).await,
            Self::Verify(arguments) => verify::run(arguments, context).await,
            Self::Prove(arguments) => prove::run(arguments, context).await,
            Self::Create(arguments) => create::run(&arguments, context),
            Self::Resolve(arguments) => resolve::run(arguments, context).await,
            Self::Baseline(arguments) => baseline::run(arguments, context).await,
            Self::History(arguments) => history::run(arguments, context).await,
            Self::Doctor(arguments) => doctor::run(arguments, context).await,
            Self::Server(arguments) => server::run(arguments, context),
            Self::Completions(arguments) => Ok(completions::run(&arguments, context)),
        }
    }
}
