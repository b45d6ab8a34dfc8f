//! `generate`: a migration from what a track's schema is to be, proven before it is written.

use std::path::PathBuf;

use clap::Args;
use crosstrack_alter::Statement;
use crosstrack_engine::Track;
use crosstrack_model::TrackName;
use crosstrack_operations::{create_with, take_back};
use crosstrack_report::{GeneratedView, Outcome, Problem};
use crosstrack_schema::{Journey, Rename, Way, candidates, find_way, that_matter};
use crosstrack_track::{NewScript, NewScripts};

use crate::commands::create::{chosen, find, moment};
use crate::context::Context;
use crate::failure;
use crate::print::ask;
use crate::schemas::{Online, Reading, Source};

/// The flags of `generate`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the migration does, in words: `add_herb_categories`
    #[arg(required_unless_present = "check")]
    name: Option<String>,
    /// The track, where there are several, whose `schema.sql` says what is desired (`desired` in crosstrack.toml names another file or a folder)
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// Something gets another name and is not something else: `users=people`, `users.mail=email`
    #[arg(long, value_name = "OLD=NEW")]
    rename: Vec<Rename>,
    /// When to write statements that let others write to a table meanwhile, in migrations of their own
    #[arg(long, value_name = "WHEN", default_value = "large")]
    online: Online,
    /// That there is nothing to generate is no failure
    #[arg(long)]
    skip_empty: bool,
    /// Only say whether the migrations make what is desired: exit 1 when they do not
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let reading = Reading::new(context)?;
    let track = chosen(&reading.tracks, arguments.track.as_ref())?;
    let desired = desired(track)?;
    let (before, made) = reading.replayed(track.name()).await?;
    let wanted = reading.desired(Some(&before), &desired).await?;
    let differences = that_matter(&made, &wanted);
    let mut view = GeneratedView {
        track: track.name().as_str(),
        differences: &differences,
        files: &[],
        migrations: 0,
        losses: Vec::new(),
        candidates: &[],
    };
    if differences.is_empty() || arguments.check {
        return Ok(answer(&view, (&arguments, &desired), context));
    }
    let (renames, left) = renames(&arguments, candidates(&made, &wanted));
    let large = &reading.large(&Source::Database, (&made, arguments.online)).await?;
    let journey = Journey { from: &made, to: &wanted, renames: &renames, large };
    let ways = find_way(&reading.server, journey)
        .await
        .map_err(|error| failure::schema(&error).changed("nothing was written"))?;
    let name = arguments.name.as_deref().unwrap_or_default();
    let losses: Vec<_> = ways.iter().flat_map(|way| &way.up).flat_map(|step| step.losses.clone()).collect();
    view.losses = reading.lost(&Source::Database, &losses).await?;
    let files = write(&reading, (track.name(), name), &ways)?;
    (view.files, view.migrations, view.candidates) = (&files, ways.len(), &left);
    context.print.answer(&crosstrack_report::generated(&view, context.program), || {
        crosstrack_report::generated_document(&view, Outcome::Done)
    });
    Ok(Outcome::Done)
}

/// There is nothing to write, or only a question.
fn answer(
    view: &GeneratedView<'_>,
    (arguments, desired): (&Arguments, &std::path::Path),
    context: &Context,
) -> Outcome {
    let outcome = match (view.differences.is_empty(), arguments.check) {
        (true, true) => Outcome::Done,
        (false, _) => Outcome::No,
        (true, false) if arguments.skip_empty => Outcome::Done,
        (true, false) => Outcome::Refused,
    };
    let mut text = crosstrack_report::generated(view, context.program);
    if !view.differences.is_empty() {
        text += &format!("The migrations of {} do not make what {} says.\n", view.track, desired.display());
    }
    context.print.answer(&text, || crosstrack_report::generated_document(view, outcome));
    outcome
}

/// The file or the folder that says what is desired.
fn desired(track: &Track) -> Result<PathBuf, Problem> {
    let usual = track.settings.path.join("schema.sql");
    let path = track.settings.desired.clone().unwrap_or(usual);
    if path.exists() { Ok(path) } else { Err(failure::no_desired(track.name().as_str(), &path)) }
}

/// What was said to be a rename, and on a terminal what is answered; what is left may be one, and is treated as none.
fn renames(arguments: &Arguments, candidates: Vec<Rename>) -> (Vec<Rename>, Vec<String>) {
    let mut renames = arguments.rename.clone();
    let mut left = Vec::new();
    for candidate in candidates {
        let text = format!("{}={}", candidate.from, candidate.to);
        if arguments.rename.iter().any(|rename| rename.to == candidate.to) {
            continue;
        }
        let question = format!("is {} renamed to {}? (yes/no) ", candidate.from, candidate.to);
        match ask(&question).as_deref().map(str::trim) {
            Some("yes" | "y") => renames.push(candidate),
            _ => left.push(text),
        }
    }
    (renames, left)
}

/// A migration for each way: what has to be committed first is a migration of its own, and the next comes after it.
fn write(
    reading: &Reading<'_>,
    (track, name): (&TrackName, &str),
    ways: &[Way],
) -> Result<Vec<String>, Problem> {
    let mut files: Vec<PathBuf> = Vec::new();
    for (number, way) in ways.iter().enumerate() {
        let tracks = reading.tracks_on_disk()?;
        let name = if number == 0 { name.to_owned() } else { format!("{name}_{}", number + 1) };
        let (up, down) = (crosstrack_report::migration(&way.up), crosstrack_report::migration(&way.down));
        let scripts = NewScripts { forward: script(&way.up, &up), back: script(&way.down, &down) };
        let track = find(&tracks, track)?;
        match create_with(track, (&name, &moment()), scripts) {
            Ok(written) => files.extend(written),
            Err(error) => {
                take_back(track, &files);
                return Err(failure::create(&error));
            }
        }
    }
    Ok(files.iter().map(|path| path.display().to_string()).collect())
}

fn script<'a>(statements: &[Statement], text: &'a str) -> NewScript<'a> {
    NewScript { text, is_transactional: !statements.iter().any(Statement::is_outside) }
}
