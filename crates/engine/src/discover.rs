//! Discover: from the settings to the migrations on disk. Files only, read only.

use std::panic::resume_unwind;
use std::sync::Arc;

use crosstrack_model::{Migration, TrackName};
use crosstrack_settings::{Settings, TrackSettings};
use crosstrack_track::{Adapter, DiscoverError};

/// A track with its folder read.
#[derive(Clone)]
pub struct Track {
    /// What the settings say.
    pub settings: TrackSettings,
    /// The code that speaks its format.
    pub adapter: &'static dyn Adapter,
    /// What is on disk, in the order of the track's own tool.
    pub migrations: Vec<Arc<Migration>>,
}

impl Track {
    /// The track's name.
    pub fn name(&self) -> &TrackName {
        &self.settings.name
    }
}

/// A track whose folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverFailure {
    /// Its adapter found something that its ORM would not take.
    #[error("cannot read the migrations of the track `{track}`")]
    Folder {
        /// The track.
        track: TrackName,
        /// What it is.
        source: DiscoverError,
    },
    /// There is no such adapter.
    #[error("the track `{track}` names the adapter `{adapter}`, which this build does not have")]
    Adapter {
        /// The track.
        track: TrackName,
        /// The adapter.
        adapter: String,
    },
}

/// Reads the folders of all tracks, in the order in which the settings name the tracks.
///
/// # Errors
/// When a folder is not what its ORM takes.
pub fn discover(
    settings: &Settings,
    adapters: &[&'static dyn Adapter],
) -> Result<Vec<Track>, DiscoverFailure> {
    // Reading thousands of small files is what a command without pending work spends its time on: a thread a track.
    std::thread::scope(|scope| {
        let readers: Vec<_> = settings
            .tracks
            .iter()
            .map(|track| scope.spawn(move || discover_track(track, adapters)))
            .collect();
        readers.into_iter().map(|reader| reader.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

fn discover_track(
    settings: &TrackSettings,
    adapters: &[&'static dyn Adapter],
) -> Result<Track, DiscoverFailure> {
    let track = settings.name.clone();
    let Some(adapter) = adapters.iter().copied().find(|adapter| adapter.name() == settings.adapter) else {
        return Err(DiscoverFailure::Adapter { track, adapter: settings.adapter.clone() });
    };
    let migrations =
        adapter.discover(settings).map_err(|source| DiscoverFailure::Folder { track, source })?;
    Ok(Track {
        settings: settings.clone(),
        adapter,
        migrations: migrations.into_iter().map(Arc::new).collect(),
    })
}
