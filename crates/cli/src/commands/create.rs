//! `create`: an empty migration in a track's own format, with a way back, and the next steps.

use clap::Args;
use crosstrack_engine::{PlanError, Track, discover};
use crosstrack_model::TrackName;
use crosstrack_operations::create;
use crosstrack_report::{Outcome, Problem};

use crate::adapters::ADAPTERS;
use crate::context::Context;
use crate::failure;

/// The flags of `create`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What the migration does, in words: `add_herb_categories`
    name: String,
    /// The track; the one there is, where there is one only
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
}

pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Outcome, Problem> {
    let settings = context.settings()?;
    let tracks = discover(&settings, ADAPTERS).map_err(|error| failure::discover(&error))?;
    let track = chosen(&tracks, arguments.track.as_ref())?;
    let moment = moment();
    let paths = create(track, &arguments.name, &moment).map_err(|error| failure::create(&error))?;
    let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let name = track.name().as_str();
    context.print.answer(&crosstrack_report::created(&paths, name, context.program), || {
        crosstrack_report::create_document(name, &paths)
    });
    Ok(Outcome::Done)
}

/// The track that is named, or the only one.
pub(crate) fn chosen<'a>(tracks: &'a [Track], name: Option<&TrackName>) -> Result<&'a Track, Problem> {
    match (name, tracks) {
        (Some(name), _) => find(tracks, name),
        (None, [only]) => Ok(only),
        (None, _) => Err(failure::which_track(tracks)),
    }
}

pub(crate) fn find<'a>(tracks: &'a [Track], name: &TrackName) -> Result<&'a Track, Problem> {
    tracks.iter().find(|track| track.name() == name).ok_or_else(|| {
        let known = tracks.iter().map(|track| format!("`{}`", track.name())).collect();
        failure::plan(&PlanError::UnknownTrack { track: name.clone(), known })
    })
}

/// Now, as `YYYY-MM-DD-HHMMSS` in UTC.
pub(crate) fn moment() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S").to_string()
}
