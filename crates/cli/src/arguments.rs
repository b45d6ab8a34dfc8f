//! The flags that every command takes.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ColorChoice, Parser, ValueEnum};

use crate::commands::Command;

const AFTER_HELP: &str = "\
Exit codes: 0 done or yes, 1 no (pending, a failed check, drift), 2 usage or settings, 3 refused and nothing touched, 4 failed while \
acting, 5 database not reached, 6 another run holds the lock, 130 and 143 stopped, 70 a bug.";

/// Runs the migrations of several ORMs against one PostgreSQL database as one deployment.
#[derive(Debug, Parser)]
#[command(version, about, after_help = AFTER_HELP, disable_help_subcommand = false)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How the answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people.
    Human,
    /// One JSON document on stdout.
    Json,
    /// Text for people, and annotations for GitHub Actions.
    Github,
}

/// The flags that every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// The database, as a libpq connection URI [default: `DATABASE_URL`, libpq's variables, else the development server]
    #[arg(long, short = 'D', global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
    /// A database of the server on which migrations are tried [default: `CROSSTRACK_SHADOW_URL`, `[shadow]` in
    /// crosstrack.toml, else a private server that is started on demand]
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub(crate) shadow_url: Option<String>,
    /// The settings file [default: crosstrack.toml here or above]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The environment [default: `CROSSTRACK_ENV`, then `APP_ENV`, then development]
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) env: Option<String>,
    /// How the answer is written
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,
    /// Only the answer, without the story
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// More of the story: the SQL of each step before it runs
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
    /// How long to wait for another run to finish: 5min, 30s, 0 to fail at once
    #[arg(long, global = true, value_name = "TIME", value_parser = time)]
    pub(crate) wait_for_lock: Option<Duration>,
    /// Do not read `.env`
    #[arg(long, global = true)]
    pub(crate) no_dotenv: bool,
    /// Read this file instead of `.env`
    #[arg(long, global = true, value_name = "FILE", conflicts_with = "no_dotenv")]
    pub(crate) env_file: Option<PathBuf>,
    /// The folder of the PostgreSQL programs for the development server
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(crate) pg_bin: Option<PathBuf>,
}

fn time(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    crosstrack_settings::parse_duration(text).map_err(|error| error.to_string())
}
