//! The comparison: a replay, from the cache or from a shadow database, compared with the target.
//!
//! Must not touch the database: it was looked at before, and that look is all there is of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use crosstrack_model::TrackName;

use crate::drift::basis::Basis;
use crate::drift::cache::Cache;
use crate::drift::cache_key::cache_key;
use crate::drift::declared::Declared;
use crate::drift::finding::Drift;
use crate::drift::ignore::Ignore;
use crate::drift::judge::judge;
use crate::drift::look::Live;
use crate::drift::remainder::{Comparison, Terms};
use crate::drift::replayed::{Replayed, Text, replay};
use crate::drift::second_text::{answer, open_questions};
use crate::error::ShadowError;
use crate::history::{History, Steps};
use crate::replay::with_replay;

/// What is compared, and how.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What the replay works with.
    pub history: History<'a>,
    /// The names of things that are somebody else's.
    pub ignore: &'a [String],
    /// What the tracks declare beside their migrations.
    pub declared: &'a Declared,
    /// Whether owners and grants are compared.
    pub privileges: bool,
    /// The folder where replays are kept; `None`: none is read and none is kept.
    pub cache: Option<&'a Path>,
}

/// Holds a database against a replay of what its ledgers say is applied.
///
/// # Errors
/// When there can be no shadow database, when a script fails there, or when the server does not answer any more. The shadow
/// database is dropped all the same.
pub async fn drift(request: Request<'_>, live: &Live) -> Result<Drift, ShadowError> {
    let began = Instant::now();
    let terms = terms(&request, live);
    let key = cache_key(request.history, live)?;
    let cache = request.cache.map(|folder| Cache::new(folder, key));
    let kept = cache.as_ref().and_then(Cache::read);
    let from_cache = kept.as_ref().is_some_and(|replayed| !has_questions(replayed, live, &terms));
    let mut replayed = kept.unwrap_or_default();
    if !from_cache {
        // Texts that were compared for another database with the same migrations stay compared.
        let known = replayed.texts;
        replayed = Box::pin(replay_and_ask(request.history, live, &terms, known)).await?;
        if let Some(cache) = cache {
            cache.write(&replayed);
        }
    }
    let comparison = Comparison { replayed: &replayed, live: &live.catalog, terms: &terms };
    let tracks: Vec<TrackName> = request.history.tracks.iter().map(|track| track.name().clone()).collect();
    let (findings, notes) = judge(comparison, &tracks);
    Ok(Drift {
        findings,
        notes,
        basis: Basis::of(&live.inspection.tracks),
        ignored: terms.ignore.counts(comparison.catalogs()),
        from_cache,
        elapsed: began.elapsed(),
    })
}

fn terms<'a>(request: &Request<'a>, live: &Live) -> Terms<'a> {
    let without_ledger = request.history.tracks.iter().filter(|track| {
        let state = live.inspection.track(track.name());
        state.is_some_and(|state| !state.ledger.exists)
    });
    let schemas =
        without_ledger.flat_map(|track| track.settings.schema.iter().chain(&track.settings.create_schemas));
    Terms {
        ignore: Ignore::new(request.ignore),
        declared: Some(request.declared),
        privileges: request.privileges,
        ledger_schemas: schemas.map(String::as_str).collect(),
    }
}

/// Whether something differs in its text only, and nobody has asked the server yet whether that is another text for the same.
fn has_questions(replayed: &Replayed, live: &Live, terms: &Terms<'_>) -> bool {
    let comparison = Comparison { replayed, live: &live.catalog, terms };
    !open_questions(&comparison.counting(), replayed).is_empty()
}

/// Replays, and asks the shadow server about texts that may be written in two ways.
async fn replay_and_ask(
    history: History<'_>,
    live: &Live,
    terms: &Terms<'_>,
    known: BTreeMap<Text, bool>,
) -> Result<Replayed, ShadowError> {
    let steps = history.applied(&live.inspection.tracks)?;
    let mut replayed = Replayed { texts: known, ..Box::pin(replay(history, &steps)).await? };
    let comparison = Comparison { replayed: &replayed, live: &live.catalog, terms };
    let questions = open_questions(&comparison.counting(), &replayed);
    if !questions.is_empty() {
        let all = Steps { replayed: &steps, tried: &[] };
        let answers = with_replay(history, all, async |replay| answer(replay, &questions).await);
        replayed.texts.extend(Box::pin(answers).await?);
    }
    Ok(replayed)
}
