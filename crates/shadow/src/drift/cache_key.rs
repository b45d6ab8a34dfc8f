//! The fingerprint of everything that decides what a replay makes: the scripts as they are on disk, byte for byte, the tracks' settings,
//! the order, the server and its database, and the program.
//!
//! Must not leave out anything: two replays of one key are taken for each other.

use std::fmt::Write as _;

use crosstrack_catalog::FORMAT;
use crosstrack_engine::Track;
use crosstrack_model::{Direction, TrackState};
use sha2::{Digest, Sha256};

use crate::drift::basis::applied;
use crate::drift::look::Live;
use crate::error::ShadowError;
use crate::history::History;

/// The fingerprint, in hexadecimal.
pub(crate) fn cache_key(history: History<'_>, live: &Live) -> Result<String, ShadowError> {
    let mut digest = Sha256::new();
    // Each text with its length, so that no two lists of texts run together to one.
    let mut take = |text: &str| {
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    };
    take(env!("CARGO_PKG_VERSION"));
    take(&FORMAT.to_string());
    take(&live.surroundings);
    for script in history.server.prepare()? {
        take(&script.text);
    }
    for phase in history.phases {
        take(&phase.name);
        for track in &phase.tracks {
            take(track.as_str());
        }
    }
    for track in history.tracks {
        take_track(track, &mut take);
        let state = live.inspection.tracks.iter().find(|state| state.track == *track.name());
        if let Some(state) = state {
            take_migrations(state, &mut take);
        }
    }
    let mut key = String::with_capacity(64);
    for byte in digest.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    Ok(key)
}

fn take_track(track: &Track, take: &mut dyn FnMut(&str)) {
    let settings = &track.settings;
    take(settings.name.as_str());
    take(&settings.adapter);
    take(settings.schema.as_deref().unwrap_or_default());
    take(settings.table.as_deref().unwrap_or_default());
    for text in settings.session.iter().chain(&settings.create_schemas) {
        take(text);
    }
}

fn take_migrations(state: &TrackState, take: &mut dyn FnMut(&str)) {
    for migration in applied(state) {
        take(&migration.label);
        take(if migration.forward.transactional { Direction::Up.as_str() } else { "outside a transaction" });
        take(&migration.forward.sql);
    }
}
