//! Tracks for the tests of the plan, written in a line.

use std::sync::Arc;

use crosstrack_model::{
    Directives, Entry, Ledger, Migration, Reference, Script, TrackState, Version, standings,
};
use crosstrack_settings::PhaseSettings;

#[derive(Default)]
pub(crate) struct Sample {
    tracks: Vec<(String, Vec<Migration>, Vec<Entry>)>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A track with migrations of these versions, all with a way back.
    pub(crate) fn track(mut self, name: &str, versions: &[&str]) -> Self {
        let migrations = versions
            .iter()
            .map(|version| Migration {
                version: Version::text(*version),
                name: "name".into(),
                label: format!("{version}_name"),
                forward: Script::new(None, format!("create table {name}_{version} ()"), true),
                backward: Some(Script::new(None, format!("drop table {name}_{version}"), true)),
                second_backward: None,
                directives: Directives::default(),
                ledger_checksums: Vec::new(),
                alternate_checksums: Vec::new(),
            })
            .collect();
        self.tracks.push((name.into(), migrations, Vec::new()));
        self
    }

    /// Marks as applied, in this order, a second apart.
    pub(crate) fn applied(mut self, references: &[&str]) -> Self {
        for (second, text) in references.iter().enumerate() {
            let reference: Reference = text.parse().unwrap();
            let track = self.tracks.iter_mut().find(|(name, ..)| *name == reference.track.as_str()).unwrap();
            track.2.push(Entry {
                version: Version::text(reference.migration),
                name: None,
                applied_at: Some(format!("2025-10-19T00:00:{second:02}.000000Z")),
                stamp: None,
                checksum: None,
                failed: false,
            });
        }
        self
    }

    pub(crate) fn requires(mut self, migration: &str, requirement: &str) -> Self {
        self.migration(migration).directives.requires.push(requirement.parse().unwrap());
        self
    }

    pub(crate) fn without_way_back(mut self, migration: &str) -> Self {
        self.migration(migration).backward = None;
        self
    }

    pub(crate) fn without_file(mut self, migration: &str) -> Self {
        let reference: Reference = migration.parse().unwrap();
        for (name, migrations, _) in &mut self.tracks {
            if *name == reference.track.as_str() {
                migrations.retain(|migration| migration.version.as_str() != reference.migration);
            }
        }
        self
    }

    /// Another migration with the version of this one.
    pub(crate) fn with_namesake(mut self, migration: &str, label: &str) -> Self {
        let mut other = self.migration(migration).clone();
        other.label = label.into();
        let track = migration.split('/').next().unwrap();
        self.tracks.iter_mut().find(|(name, ..)| name == track).unwrap().1.push(other);
        self
    }

    pub(crate) fn with_checksums(
        mut self,
        migration: &str,
        own: Vec<Vec<u8>>,
        alternate: Vec<Vec<u8>>,
    ) -> Self {
        let migration = self.migration(migration);
        (migration.ledger_checksums, migration.alternate_checksums) = (own, alternate);
        self
    }

    /// The checksum of a ledger row.
    pub(crate) fn with_row(mut self, migration: &str, checksum: &[u8]) -> Self {
        let (track, version) = migration.split_once('/').unwrap();
        let track = self.tracks.iter_mut().find(|(name, ..)| name == track).unwrap();
        let entry = track.2.iter_mut().find(|entry| entry.version.as_str() == version).unwrap();
        entry.checksum = Some(checksum.to_vec());
        self
    }

    pub(crate) fn states(&self) -> Vec<TrackState> {
        self.tracks
            .iter()
            .map(|(name, migrations, entries)| {
                let migrations: Vec<Arc<Migration>> = migrations.iter().cloned().map(Arc::new).collect();
                let ledger = Ledger::of(entries.clone());
                let lines = standings(&migrations, &ledger, &[], &[]);
                TrackState { track: name.parse().unwrap(), migrations, ledger, lines, unfinished: Vec::new() }
            })
            .collect()
    }

    fn migration(&mut self, text: &str) -> &mut Migration {
        let reference: Reference = text.parse().unwrap();
        let track = self.tracks.iter_mut().find(|(name, ..)| *name == reference.track.as_str()).unwrap();
        track.1.iter_mut().find(|migration| migration.version.as_str() == reference.migration).unwrap()
    }
}

/// Phases without checks.
pub(crate) fn phases(phases: &[(&str, &[&str])]) -> Vec<PhaseSettings> {
    phases
        .iter()
        .map(|(name, tracks)| PhaseSettings {
            name: (*name).into(),
            tracks: tracks.iter().map(|track| track.parse().unwrap()).collect(),
            checks: Vec::new(),
        })
        .collect()
}
