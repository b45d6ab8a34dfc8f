//! The examination: every check in its order. What cannot be asked keeps nothing else from being asked.

use std::error::Error;
use std::ffi::OsStr;
use std::path::Path;
use std::time::{Duration, Instant};

use crosstrack_database::{ConnectError, Database, QueryError, Reader};
use crosstrack_engine::{Inspection, Track, inspect};
use crosstrack_model::{Standing, TrackState};
use crosstrack_settings::{Settings, Target};

use crate::check::{Ground, ask};
use crate::checks::CHECKS;
use crate::diagnosis::{Diagnosis, Judgement, Verdict};
use crate::local;
use crate::platform::Platform;
use crate::remedies::connection_remedies;
use crate::session::{Pulse, judge_server, pooler};

/// What is examined.
pub struct Patient<'a> {
    /// The database, or why there is none to look at.
    pub target: Result<Target, Judgement>,
    /// What the session calls itself.
    pub application: String,
    /// The settings, when they could be read.
    pub settings: Option<&'a Settings>,
    /// The tracks whose folders could be read.
    pub tracks: &'a [Track],
    /// Where client programs are looked for before `PATH`.
    pub programs: Option<&'a Path>,
    /// `PATH`.
    pub search_path: &'a OsStr,
    /// From when on a transaction is long.
    pub long_transaction: Duration,
    /// The operating system in use.
    pub platform: Platform,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Examination {
    /// Every check, in its order.
    pub diagnoses: Vec<Diagnosis>,
    /// Whether a database is named and lets nobody in.
    pub is_unreachable: bool,
}

impl Examination {
    /// How many checks ended so.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.diagnoses.iter().filter(|diagnosis| diagnosis.judgement.verdict == verdict).count()
    }

    /// Whether nothing failed; in a strict examination, whether nobody need know anything either.
    pub fn is_healthy(&self, is_strict: bool) -> bool {
        self.count(Verdict::Failed) == 0 && !(is_strict && self.count(Verdict::Warning) > 0)
    }

    fn add(&mut self, check: &'static str, judgement: Judgement, began: Instant) {
        self.diagnoses.push(judgement.of(check, began.elapsed()));
    }
}

/// Examines the server, the database and the client programs.
pub async fn examine(patient: &Patient<'_>) -> Examination {
    let mut examination = Examination::default();
    let began = Instant::now();
    let session = match &patient.target {
        Ok(target) => Database::connect(target.clone(), patient.application.clone()).await.map_err(Some),
        Err(_) => Err(None),
    };
    let mut server_version = None;
    match session {
        Ok((database, reader)) => {
            examination.add("server", judge_server(&database, began.elapsed()), began);
            server_version = examine_server(patient, (&database, reader), &mut examination).await;
        }
        Err(error) => {
            examination.is_unreachable =
                error.as_ref().is_some_and(|error| !matches!(error, ConnectError::TlsSettings { .. }));
            let judgement = match (error, &patient.target) {
                (Some(error), _) => judge_error(&error, patient.platform),
                (None, Err(judgement)) => judgement.clone(),
                (None, Ok(_)) => Judgement::skipped("no database is named"),
            };
            examination.add("server", judgement, began);
            skip_server(&mut examination);
        }
    }
    let began = Instant::now();
    let needs_backup = patient.settings.is_some_and(local::needs_backup);
    let places = (patient.programs, patient.search_path);
    let programs = local::programs(places, server_version.as_deref(), needs_backup, patient.platform);
    examination.add("programs", programs, began);
    examination
}

/// Asks a server that answers, and gives its version.
async fn examine_server(
    patient: &Patient<'_>,
    (database, mut reader): (&Database, Reader),
    examination: &mut Examination,
) -> Option<String> {
    let began = Instant::now();
    match Pulse::take(&mut reader).await {
        Ok(pulse) => {
            examination.add("round-trip", pulse.judge_round_trip(), began);
            examination.add("clock", pulse.judge_clock(patient.platform), began);
        }
        Err(error) => {
            examination.add("round-trip", not_asked(&error), began);
            examination.add("clock", not_asked(&error), began);
        }
    }
    let began = Instant::now();
    examination.add("pooler", pooler(&reader).await.unwrap_or_else(|error| not_asked(&error)), began);
    let began = Instant::now();
    let inspected = look(&mut reader, patient.tracks).await;
    let histories = inspected.as_ref().map_or_else(not_read, judge_histories);
    let histories = histories.of("histories", began.elapsed());
    let ground = Ground {
        target: database.target(),
        endpoint: database.endpoint(),
        tracks: patient.tracks,
        inspection: inspected.as_ref().ok(),
        long_transaction: patient.long_transaction,
    };
    for check in CHECKS {
        let began = Instant::now();
        let snapshot = reader.snapshot();
        let judgement = ask(*check, &snapshot, &ground).await.unwrap_or_else(|error| not_asked(&error));
        // What broke in it, the check has said.
        drop(snapshot.end().await);
        examination.add(check.name(), judgement, began);
    }
    examination.diagnoses.push(histories);
    inspected.ok().map(|inspection| inspection.server.version)
}

async fn look(reader: &mut Reader, tracks: &[Track]) -> Result<Inspection, QueryError> {
    let snapshot = reader.snapshot();
    let inspection = inspect(&snapshot, tracks).await.map_err(|error| error.source);
    drop(snapshot.end().await);
    inspection
}

fn skip_server(examination: &mut Examination) {
    let names = ["round-trip", "clock", "pooler"].into_iter();
    let names = names.chain(CHECKS.iter().map(|check| check.name())).chain(["histories"]);
    for name in names {
        examination.add(name, Judgement::skipped("there is no server to ask"), Instant::now());
    }
}

fn judge_error(error: &ConnectError, platform: Platform) -> Judgement {
    Judgement::failed(chain(error)).remedies(connection_remedies(error, platform))
}

/// A question of our own that the server did not answer: this user may not ask it, or the connection broke.
fn not_asked(error: &QueryError) -> Judgement {
    Judgement::warning(format!("it could not be asked: {}", chain(error)))
}

/// The ledgers and the journal could not be read.
fn not_read(error: &QueryError) -> Judgement {
    let judgement = Judgement::failed(chain(error));
    match error.server_error().map(|server| server.code.as_str()) {
        Some("42501") => judgement.remedy(
            "`GRANT USAGE ON SCHEMA crosstrack TO <user>`, and `GRANT SELECT` on the journal's tables and on the ledgers",
        ),
        _ => judgement,
    }
}

/// What is wrong with the histories, each with its way on.
fn judge_histories(inspection: &Inspection) -> Judgement {
    if inspection.tracks.is_empty() {
        return Judgement::skipped("no folder could be read");
    }
    let count = |state: &TrackState| {
        let kinds = Standing::ALL.into_iter().filter(|standing| state.count(*standing) > 0);
        let kinds: Vec<String> =
            kinds.map(|standing| format!("{} {}", state.count(standing), standing.as_str())).collect();
        let kinds = if kinds.is_empty() { "nothing".to_owned() } else { kinds.join(", ") };
        format!("{}: {kinds}", state.track)
    };
    let says = inspection.tracks.iter().map(count).collect::<Vec<_>>().join("; ");
    let findings: Vec<_> = inspection.tracks.iter().flat_map(TrackState::findings).collect();
    if findings.is_empty() {
        return Judgement::ok(says);
    }
    Judgement::failed(says).remedies(findings.iter().map(|finding| finding.hint().clone()))
}

/// An error with its causes, in one line.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    let mut said: Vec<String> =
        std::iter::once(error.to_string()).chain(causes.map(ToString::to_string)).collect();
    said.dedup();
    said.join(": ")
}
