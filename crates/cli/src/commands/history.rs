//! `history`: the journal as an audit log. It touches nothing.

use std::time::Duration;

use clap::Args;
use crosstrack_engine::{HistoryRequest, Since, read_history};
use crosstrack_model::{Reference, TrackName};
use crosstrack_report::{Outcome, Problem};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::arguments::Format;
use crate::context::Context;
use crate::{deployment, failure};

/// The flags of `history`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only runs that had a step of this track, and only those steps
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// Only runs that had a step of this migration, and only those steps
    #[arg(long, value_name = "TRACK/VERSION", conflicts_with = "track")]
    migration: Option<Reference>,
    /// Only runs that began since then: `7d`, `12h`, `2025-11-01`, `2025-11-01T08:00:00Z`; a date is in UTC
    #[arg(long, value_name = "TIME", value_parser = since)]
    since: Option<Since>,
    /// Only runs that ended so
    #[arg(long, value_name = "OUTCOME", value_parser = ["running", "done", "failed", "stopped", "lost"])]
    outcome: Option<String>,
    /// Only runs of this command: `up`, `down`, `resolve`, `baseline`
    #[arg(long, value_name = "COMMAND")]
    command: Option<String>,
    /// Only so many, the newest; 0 for all
    #[arg(long, short = 'n', value_name = "N", default_value_t = 20)]
    limit: usize,
    /// Each step of each run; JSON always has them
    #[arg(long)]
    steps: bool,
    /// A table for other programs (RFC 4180): a row for each run, or with `--steps` for each step
    #[arg(long)]
    csv: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    if arguments.csv && context.global.format != Format::Human {
        return Err(failure::two_formats());
    }
    let settings = context.settings()?;
    let (_, mut reader) = deployment::connect(context, &settings).await?;
    let request = HistoryRequest {
        track: arguments.track.map(|track| track.as_str().to_owned()),
        migration: arguments.migration,
        since: arguments.since,
        outcome: arguments.outcome,
        command: arguments.command,
        limit: (arguments.limit > 0).then_some(arguments.limit),
    };
    let snapshot = reader.snapshot();
    let history = read_history(&snapshot, &request).await.map_err(|error| failure::query(&error))?;
    snapshot.end().await.map_err(|error| failure::query(&error))?;
    let text = if arguments.csv {
        crosstrack_report::history_csv(&history, arguments.steps)
    } else {
        crosstrack_report::history(&history, arguments.steps, context.program)
    };
    context.print.answer(&text, || crosstrack_report::history_document(&history));
    Ok(Outcome::Done)
}

/// A duration, a day or a moment. Days and moments without a zone are in UTC, as they are shown.
fn since(text: &str) -> Result<Since, String> {
    if let Some(ago) = days(text).or_else(|| crosstrack_settings::parse_duration(text).ok()) {
        return Ok(Since::Ago(ago));
    }
    let in_utc = |moment: DateTime| moment.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let moment = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<DateTime>().ok().and_then(in_utc))
        .or_else(|| text.parse::<Date>().ok().and_then(|date| in_utc(date.at(0, 0, 0, 0))));
    moment.map(|moment| Since::Moment(moment.to_string())).ok_or_else(|| {
        "write a duration such as `7d`, `12h` or `30min`, a date such as `2025-11-01`, or a moment such as \
         `2025-11-01T08:00:00Z`"
            .to_owned()
    })
}

fn days(text: &str) -> Option<Duration> {
    let days: u64 = text.strip_suffix('d')?.parse().ok()?;
    // Longer than any journal is old.
    (days <= 36_500).then(|| Duration::from_secs(days * 86_400))
}

#[cfg(test)]
mod tests {
    use super::since;
    use crosstrack_engine::Since;
    use std::time::Duration;

    #[test]
    fn a_time_is_a_duration_a_day_or_a_moment() {
        assert_eq!(since("7d"), Ok(Since::Ago(Duration::from_hours(168))));
        assert_eq!(since("30min"), Ok(Since::Ago(Duration::from_mins(30))));
        assert_eq!(since("2025-11-01"), Ok(Since::Moment("2025-11-01T00:00:00Z".into())));
        assert_eq!(since("2025-11-01T08:00:00+02:00"), Ok(Since::Moment("2025-11-01T06:00:00Z".into())));
        assert_eq!(since("2025-11-01T08:00"), Ok(Since::Moment("2025-11-01T08:00:00Z".into())));
        for text in ["", "yesterday", "d", "-1d", "1m", "99999999d", "2025-13-01", "9999999999999999h"] {
            assert!(since(text).is_err(), "{text:?} was accepted");
        }
    }
}
