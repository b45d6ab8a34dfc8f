//! The checks of this machine and of the settings: no server is needed.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use crosstrack_backup::{Where, find_program, program_version};
use crosstrack_model::RollbackPolicy;
use crosstrack_settings::Settings;

use crate::diagnosis::{Judgement, Verdict};
use crate::platform::Platform;

/// From when on a wait for a lock is long: for as long as it waits, everything else queues behind it.
const LONG_LOCK: Duration = Duration::from_secs(30);

/// Whether the limits of the settings are sane.
pub fn limits(settings: &Settings) -> Judgement {
    let database = &settings.database;
    let statement = database.statement_timeout.map_or("no statement_timeout".to_owned(), |limit| {
        format!("statement_timeout {} ms", limit.as_millis())
    });
    let says = format!(
        "lock_timeout {} ms, {} attempts, {statement}",
        database.lock_timeout.as_millis(),
        database.lock_attempts
    );
    if database.lock_timeout.is_zero() || database.lock_timeout > LONG_LOCK {
        return Judgement::warning(format!("{says}: while a statement waits for a lock, everything else queues behind it"))
            .remedy("in crosstrack.toml, under `[database]`: `lock_timeout = \"5s\"`, with more `lock_attempts` instead");
    }
    if database.statement_timeout.is_some_and(|limit| limit <= database.lock_timeout) {
        return Judgement::warning(format!("{says}: a statement is ended before its wait for a lock is"))
            .remedy("in crosstrack.toml, under `[database]`: a `statement_timeout` that is longer than `lock_timeout`");
    }
    Judgement::ok(says)
}

/// Whether the client programs are there, and new enough for the server.
pub(crate) fn programs(
    (folder, search_path): (Option<&Path>, &OsStr),
    server_version: Option<&str>,
    needs_backup: bool,
    platform: Platform,
) -> Judgement {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for name in ["pg_dump", "pg_restore", "psql"] {
        let version = find_program(name, Where { folder, search_path }).map(|path| program_version(&path));
        match version {
            None => wrong.push(format!("`{name}` is not installed")),
            Some(Err(error)) => wrong.push(format!("`{name}` cannot be run: {error}")),
            Some(Ok(version)) => {
                // `psql` talks to newer servers, too.
                let is_old = name != "psql" && major(&version) < server_version.and_then(major);
                let list = if is_old { &mut wrong } else { &mut found };
                let older = if is_old { ", older than the server" } else { "" };
                list.push(format!("{name} {version}{older}"));
            }
        }
    }
    if wrong.is_empty() {
        return Judgement::ok(found.join(", "));
    }
    wrong.extend(found);
    let mut judgement = Judgement::warning(wrong.join(", ")).remedy(platform.install_programs());
    if needs_backup {
        judgement.verdict = Verdict::Failed;
        judgement.says += "; a track's rollback policy is `backup`, which needs `pg_dump` and `pg_restore`";
    }
    judgement
}

/// Whether some track's way back begins with a backup.
pub(crate) fn needs_backup(settings: &Settings) -> bool {
    settings.tracks.iter().any(|track| track.rollback == RollbackPolicy::Backup)
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}
