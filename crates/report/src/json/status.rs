//! The status, as JSON.

use crosstrack_model::{HistoryFinding, TrackState};
use serde::Serialize;
use serde_json::Value;

use super::{document, milliseconds};
use crate::Outcome;
use crate::human::StatusView;

#[derive(Serialize)]
struct Body<'a> {
    server: Server<'a>,
    database: Database<'a>,
    environment: &'a str,
    pending: usize,
    tracks: Vec<Track<'a>>,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Finding<'a> {
    kind: &'static str,
    migration: &'a str,
    path: Option<String>,
    message: String,
    hint: String,
}

#[derive(Serialize)]
struct Server<'a> {
    version: &'a str,
    address: &'a str,
    is_standby: bool,
}

#[derive(Serialize)]
struct Database<'a> {
    name: &'a str,
    user: &'a str,
    bytes: u64,
    tables: u64,
}

#[derive(Serialize)]
struct Track<'a> {
    name: &'a str,
    adapter: &'a str,
    path: &'a str,
    ledger_exists: bool,
    migrations: Vec<Migration<'a>>,
}

#[derive(Serialize)]
struct Migration<'a> {
    version: &'a str,
    label: &'a str,
    standing: &'static str,
    applied_at: Option<&'a str>,
    duration_ms: Option<f64>,
    statements_done: Option<usize>,
}

/// The server, the database, and every migration of every track.
pub fn status_document(view: &StatusView<'_>, outcome: Outcome) -> Value {
    let facts = &view.inspection.server;
    let lines = view.inspection.tracks.iter().flat_map(|state| &state.lines);
    let tracks = view.inspection.tracks.iter().zip(view.folders);
    let body = Body {
        server: Server { version: &facts.version, address: view.server, is_standby: facts.is_standby },
        database: Database {
            name: &facts.database,
            user: &facts.user,
            bytes: view.size.bytes,
            tables: view.size.tables,
        },
        environment: view.environment,
        pending: lines.filter(|line| line.standing.is_pending()).count(),
        tracks: tracks.map(|(state, (adapter, path))| track(state, adapter, path)).collect(),
        findings: view.findings.iter().map(finding).collect(),
    };
    document("status", outcome, body)
}

fn finding(finding: &HistoryFinding) -> Finding<'_> {
    Finding {
        kind: finding.kind.as_str(),
        migration: &finding.reference,
        path: finding.path.as_ref().map(|path| path.display().to_string()),
        message: finding.message(),
        hint: finding.hint(),
    }
}

fn track<'a>(state: &'a TrackState, adapter: &'a str, path: &'a str) -> Track<'a> {
    let migration = |line: &'a crosstrack_model::Line| Migration {
        version: line.version.as_str(),
        label: &line.label,
        standing: line.standing.as_str(),
        applied_at: line.applied_at.as_deref(),
        duration_ms: line.duration.map(milliseconds),
        statements_done: state.unfinished(&line.version).map(|unfinished| unfinished.statements_done),
    };
    Track {
        name: state.track.as_str(),
        adapter,
        path,
        ledger_exists: state.ledger.exists,
        migrations: state.lines.iter().map(migration).collect(),
    }
}
