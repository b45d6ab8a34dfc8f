//! What is measured: programs and their arguments.
//!
//! Must not measure.

use super::ground::Ground;
use crate::program::Program;

/// A way to do the work: one or more programs, one after the other.
pub(super) struct Contender {
    /// How it is shown.
    pub(super) name: &'static str,
    /// The programs, on the database of this URL.
    pub(super) calls: fn(&Ground, &str) -> Vec<Program>,
    /// Whether the ledgers are there afterwards.
    pub(super) makes_ledgers: bool,
}

/// From empty to head; the first is what the others are held against.
pub(super) const APPLYING: &[Contender] = &[
    Contender { name: "psql, a transaction each", calls: psql, makes_ledgers: false },
    Contender { name: "diesel, then sqlx", calls: diesel_and_sqlx_run, makes_ledgers: true },
    Contender { name: "crosstrack up", calls: crosstrack_up, makes_ledgers: true },
];

/// With everything applied; the first is what the others are held against.
pub(super) const ASKING: &[Contender] = &[
    Contender { name: "sqlx info, diesel list", calls: sqlx_info_and_diesel_list, makes_ledgers: false },
    Contender { name: "crosstrack status", calls: crosstrack_status, makes_ledgers: false },
    Contender { name: "crosstrack up", calls: crosstrack_up, makes_ledgers: false },
];

fn psql(ground: &Ground, url: &str) -> Vec<Program> {
    let options = ["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--file", "all.sql"];
    vec![ground.program(&ground.psql).arguments(options).arguments([url])]
}

fn diesel_and_sqlx_run(ground: &Ground, url: &str) -> Vec<Program> {
    vec![
        diesel(ground, url, &["run", "--migration-dir", "auth"]),
        sqlx(ground, url, &["run", "--source", "cms"]),
    ]
}

fn sqlx_info_and_diesel_list(ground: &Ground, url: &str) -> Vec<Program> {
    vec![
        sqlx(ground, url, &["info", "--source", "cms"]),
        diesel(ground, url, &["list", "--migration-dir", "auth"]),
    ]
}

fn crosstrack_up(ground: &Ground, url: &str) -> Vec<Program> {
    vec![crosstrack(ground, url, &["up"])]
}

fn crosstrack_status(ground: &Ground, url: &str) -> Vec<Program> {
    vec![crosstrack(ground, url, &["status"])]
}

/// The program alone, without a database.
pub(super) fn version(ground: &Ground, _url: &str) -> Vec<Program> {
    vec![ground.program(&ground.crosstrack).arguments(["--version"])]
}

fn crosstrack(ground: &Ground, url: &str, arguments: &[&str]) -> Program {
    ground.program(&ground.crosstrack).arguments(arguments).variable("DATABASE_URL", url)
}

fn diesel(ground: &Ground, url: &str, arguments: &[&str]) -> Program {
    ground
        .program(&ground.tools.diesel)
        .arguments(["migration"])
        .arguments(arguments)
        .variable("DATABASE_URL", url)
}

fn sqlx(ground: &Ground, url: &str, arguments: &[&str]) -> Program {
    ground
        .program(&ground.tools.sqlx)
        .arguments(["migrate"])
        .arguments(arguments)
        .variable("DATABASE_URL", url)
}
