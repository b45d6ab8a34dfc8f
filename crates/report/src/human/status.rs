//! The status, as text.

use crosstrack_engine::{DatabaseSize, Inspection};
use crosstrack_model::{Direction, HistoryFinding, Line, Standing, TrackState, Unfinished};

use super::amounts::{bytes, count, duration, moment};
use super::style::{BAD, FAINT, GOOD, STRONG, WARNING, paint};
use crate::problem::as_called;

/// What a status shows.
#[derive(Clone, Copy, Debug)]
pub struct StatusView<'a> {
    /// What was read.
    pub inspection: &'a Inspection,
    /// How large the database is.
    pub size: &'a DatabaseSize,
    /// The server: host and port, or the socket.
    pub server: &'a str,
    /// The environment's name.
    pub environment: &'a str,
    /// What is wrong with the histories, and what will be.
    pub findings: &'a [HistoryFinding],
    /// The adapter and the folder of each track, in the order of the inspection.
    pub folders: &'a [(String, String)],
}

/// The server, the database, and every migration of every track.
pub fn status(view: &StatusView<'_>, program: &str) -> String {
    let facts = &view.inspection.server;
    let mut text = format!(
        "database {} on PostgreSQL {} at {}, user {}, {}, {}, {}\n",
        paint(STRONG, &facts.database),
        facts.version,
        view.server,
        facts.user,
        bytes(view.size.bytes),
        count(usize::try_from(view.size.tables).unwrap_or(usize::MAX), "table"),
        view.environment,
    );
    let width = widest(&view.inspection.tracks);
    for (state, (adapter, folder)) in view.inspection.tracks.iter().zip(view.folders) {
        text +=
            &format!("\n{} ({adapter}, {folder}): {}\n", paint(STRONG, state.track.as_str()), totals(state));
        for line in &state.lines {
            text += &migration_line(line, state.unfinished(&line.version), width);
        }
        text += &as_called(&ways_on(state, view.findings), program);
    }
    text + "\n" + &as_called(&closing(view), program)
}

/// How wide the columns of the standings and the labels are.
fn widest(tracks: &[TrackState]) -> (usize, usize) {
    let lines = || tracks.iter().flat_map(|state| &state.lines);
    let standing = lines().map(|line| line.standing.as_str().len()).max().unwrap_or_default();
    let label = lines().map(|line| line.label.chars().count()).max().unwrap_or_default();
    (standing.max(Standing::Applied.as_str().len()), label)
}

/// A line for each finding about a track.
fn ways_on(state: &TrackState, findings: &[HistoryFinding]) -> String {
    let is_here = |finding: &&HistoryFinding| {
        finding.reference.split_once('/').is_some_and(|(track, _)| track == state.track.as_str())
    };
    let line = |finding: &HistoryFinding| {
        // What is to come is not to be seen in the lines above.
        let message = if finding.kind.is_about_base() {
            format!("{}\n        ", finding.message())
        } else {
            String::new()
        };
        format!("  {} {message}{}\n", paint(WARNING, "next:"), finding.hint())
    };
    findings.iter().filter(is_here).map(line).collect()
}

fn totals(state: &TrackState) -> String {
    let counts: Vec<String> = Standing::ALL
        .into_iter()
        .filter(|standing| state.count(*standing) > 0)
        .map(|standing| format!("{} {}", state.count(standing), standing.as_str()))
        .collect();
    if counts.is_empty() { "no migrations".to_owned() } else { counts.join(", ") }
}

fn migration_line(
    line: &Line,
    unfinished: Option<&Unfinished>,
    (standing_width, width): (usize, usize),
) -> String {
    let style = match line.standing {
        Standing::Applied => GOOD,
        Standing::Pending | Standing::Late => WARNING,
        Standing::Edited | Standing::Missing | Standing::Duplicate | Standing::Failed => BAD,
    };
    let mut details = Vec::new();
    details.extend(line.applied_at.as_deref().map(moment));
    details.extend(line.duration.map(duration));
    details.extend(unfinished.filter(|unfinished| unfinished.statements_done > 0).map(half_done));
    let standing = paint(style, &format!("{:<standing_width$}", line.standing.as_str()));
    if details.is_empty() {
        return format!("  {standing}  {}\n", line.label);
    }
    format!("  {standing}  {:<width$}  {}\n", line.label, paint(FAINT, &details.join("  ")))
}

fn half_done(unfinished: &Unfinished) -> String {
    let done = count(unfinished.statements_done, "statement");
    match unfinished.direction {
        Direction::Up => format!("{done} of it done"),
        Direction::Down => format!("{done} of its down migration done"),
    }
}

fn closing(view: &StatusView<'_>) -> String {
    let lines = || view.inspection.tracks.iter().flat_map(|state| &state.lines);
    let pending = lines().filter(|line| line.standing.is_pending()).count();
    let broken = lines().filter(|line| line.standing.is_broken()).count();
    let ahead = view.findings.iter().filter(|finding| finding.kind.is_about_base()).count();
    let mut text = match (pending, broken) {
        (_, 1) => {
            "1 migration contradicts its folder: `crosstrack up` stops until that is settled.\n".to_owned()
        }
        (_, 2..) => format!(
            "{broken} migrations contradict their folders: `crosstrack up` stops until that is settled.\n"
        ),
        (0, 0) => "Nothing is pending.\n".to_owned(),
        (1, 0) => "1 migration is pending: `crosstrack up` applies it.\n".to_owned(),
        (many, 0) => format!("{many} migrations are pending: `crosstrack up` applies them.\n"),
    };
    if ahead > 0 {
        text += &format!("{} about the merge that is to come: see above.\n", count(ahead, "finding"));
    }
    text
}
