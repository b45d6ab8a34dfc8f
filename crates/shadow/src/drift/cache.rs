//! A replay that is kept: a file of its own, named by the fingerprint of everything that decides what a replay makes.
//!
//! It is never a truth: a file that cannot be read, or says something else than it should, is as good as none and is written anew.
//! Must not hold what the database itself has, but for texts that were compared.

use std::fs;
use std::path::{Path, PathBuf};

use crosstrack_catalog::{Change, Fact, Id};
use serde::{Deserialize, Serialize};

use crate::drift::ownership::{Ownership, Touch};
use crate::drift::replayed::{Replayed, Text};

/// How many replays are kept: the databases and branches that somebody works with in turn.
const KEPT: usize = 8;

/// Where one replay is kept.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    key: String,
}

impl Cache {
    /// The place of the replay with this key.
    pub(crate) fn new(folder: &Path, key: String) -> Self {
        Self { folder: folder.to_owned(), key }
    }

    /// The replay, if it is kept.
    pub(crate) fn read(&self) -> Option<Replayed> {
        let stored: Stored = serde_json::from_slice(&fs::read(self.file()).ok()?).ok()?;
        if stored.key == self.key { stored.replayed() } else { None }
    }

    /// Keeps a replay. That it cannot be kept is no reason to fail: the next comparison replays again.
    pub(crate) fn write(&self, replayed: &Replayed) {
        let Ok(bytes) = serde_json::to_vec(&Stored::of(replayed, &self.key)) else { return };
        let draft = self.folder.join(format!("{}.{}.part", self.key, std::process::id()));
        // Not every project that has migrations keeps `target/` out of its repository.
        let kept = fs::create_dir_all(&self.folder)
            .and_then(|()| fs::write(self.folder.join(".gitignore"), "*\n"))
            .and_then(|()| fs::write(&draft, bytes))
            .and_then(|()| fs::rename(&draft, self.file()));
        match kept {
            Ok(()) => self.forget_old(),
            Err(_) => drop(fs::remove_file(&draft)),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.key))
    }

    /// Removes the oldest replays beyond those that are kept.
    fn forget_old(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<_> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                Some((entry.metadata().ok()?.modified().ok()?, entry.path()))
            })
            .filter(|(_, path)| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        files.sort();
        let too_many = files.len().saturating_sub(KEPT);
        for (_, path) in files.into_iter().take(too_many) {
            // Another call may have been faster.
            drop(fs::remove_file(path));
        }
    }
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Stored {
    key: String,
    facts: Vec<Fact>,
    owners: Vec<(Id, String)>,
    touches: Vec<StoredTouch>,
    texts: Vec<StoredText>,
}

#[derive(Serialize, Deserialize)]
struct StoredTouch {
    id: Id,
    parent: Option<Id>,
    change: Change,
    by: String,
    owner: String,
}

#[derive(Serialize, Deserialize)]
struct StoredText {
    id: Id,
    attribute: String,
    said: String,
    is_same: bool,
}

impl Stored {
    fn of(replayed: &Replayed, key: &str) -> Self {
        let ownership = &replayed.ownership;
        let touch = |touch: &Touch| StoredTouch {
            id: touch.id.clone(),
            parent: touch.parent.clone(),
            change: touch.change.clone(),
            by: touch.by.to_string(),
            owner: touch.owner.to_string(),
        };
        let text = |(text, is_same): (&Text, &bool)| StoredText {
            id: text.id.clone(),
            attribute: text.attribute.clone(),
            said: text.said.clone(),
            is_same: *is_same,
        };
        Self {
            key: key.to_owned(),
            facts: replayed.catalog.facts().cloned().collect(),
            owners: ownership.owners.iter().map(|(id, track)| (id.clone(), track.to_string())).collect(),
            touches: ownership.touches.iter().map(touch).collect(),
            texts: replayed.texts.iter().map(text).collect(),
        }
    }

    /// The replay; none when a name in it is none.
    fn replayed(self) -> Option<Replayed> {
        let touch = |stored: StoredTouch| {
            let StoredTouch { id, parent, change, by, owner } = stored;
            Some(Touch { id, parent, change, by: by.parse().ok()?, owner: owner.parse().ok()? })
        };
        let text = |stored: StoredText| {
            let StoredText { id, attribute, said, is_same } = stored;
            (Text { id, attribute, said }, is_same)
        };
        let owner = |(id, track): (Id, String)| Some((id, track.parse().ok()?));
        Some(Replayed {
            catalog: self.facts.into_iter().collect(),
            ownership: Ownership {
                owners: self.owners.into_iter().map(owner).collect::<Option<_>>()?,
                touches: self.touches.into_iter().map(touch).collect::<Option<_>>()?,
            },
            texts: self.texts.into_iter().map(text).collect(),
        })
    }
}
