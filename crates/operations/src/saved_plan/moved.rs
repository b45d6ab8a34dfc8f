//! What has moved since a plan was saved, named.
//!
//! Must not read anything: it is told what is there now.

use crosstrack_catalog::{Catalog, Id};
use crosstrack_model::{Plan, TrackState};

use super::{Identity, SavedPlan, SavedStep, applied, catalog};

/// The most things of the catalog that are named.
const FACTS_SHOWN: usize = 5;

/// What there is now.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    /// The environment.
    pub environment: &'a str,
    /// The database.
    pub identity: &'a Identity,
    /// The tracks, with files and ledgers.
    pub states: &'a [TrackState],
    /// The catalog, without the ledgers.
    pub catalog: &'a Catalog,
}

impl SavedPlan {
    /// What has moved since, a sentence each; `plan` is what would be run now. Empty when the plan may run.
    pub fn moved(&self, plan: &Plan, now: Now<'_>) -> Vec<String> {
        let mut found = self.place(now);
        // Of another database nothing else is worth a word.
        if !found.is_empty() {
            return found;
        }
        let ledgers = self.ledgers(now);
        // What another run has done to the catalog it has done as its migrations say.
        let is_the_schemas = ledgers.is_empty();
        found.extend(ledgers);
        found.extend(self.files(plan, now.states));
        if found.is_empty() && plan.fingerprint().as_str() != self.fingerprint {
            found.push("the steps come in another order, or ledger rows are to be restamped".to_owned());
        }
        if is_the_schemas {
            found.extend(self.schema(now.catalog));
        }
        found
    }

    fn place(&self, now: Now<'_>) -> Vec<String> {
        let (saved, here) = (&self.database, now.identity);
        let is_readable = !saved.cluster.is_empty() && !here.cluster.is_empty();
        if saved.name != here.name {
            return vec![format!(
                "the plan is for the database `{}`, and this is `{}`",
                saved.name, here.name
            )];
        }
        if saved.number != here.number || is_readable && saved.cluster != here.cluster {
            return vec![format!("the plan is for another database of the name `{}`", saved.name)];
        }
        if self.environment != now.environment {
            let (then, now) = (&self.environment, now.environment);
            return vec![format!("the plan is for the environment `{then}`, and this is `{now}`")];
        }
        Vec::new()
    }

    fn ledgers(&self, now: Now<'_>) -> Vec<String> {
        let here = applied(now.states);
        let mut found = Vec::new();
        let none = Vec::new();
        for (track, versions) in &here {
            let then = self.applied.get(track).unwrap_or(&none);
            let added = versions.iter().filter(|version| !then.contains(version));
            found.extend(added.map(|version| format!("`{track}/{version}` was applied since")));
        }
        for (track, versions) in &self.applied {
            let here = here.get(track).unwrap_or(&none);
            let gone = versions.iter().filter(|version| !here.contains(version));
            found.extend(gone.map(|version| format!("`{track}/{version}` is no longer applied")));
        }
        found
    }

    fn files(&self, plan: &Plan, states: &[TrackState]) -> Vec<String> {
        let mut found = Vec::new();
        for saved in &self.steps {
            let now = plan.steps().find(|step| {
                step.track.as_str() == saved.track && step.migration.version.as_str() == saved.version
            });
            match now {
                None if is_applied(saved, states) => {}
                None => found.push(format!("`{}/{}` is no longer to be run", saved.track, saved.label)),
                Some(now) if now.script.checksum.as_str() != saved.checksum => {
                    found.push(format!("the script of `{}/{}` was edited", saved.track, saved.label));
                }
                Some(now) if now.script.transactional != saved.transactional => {
                    let label = format!("{}/{}", saved.track, saved.label);
                    found.push(format!("whether `{label}` runs in a transaction has changed"));
                }
                Some(now) if now.start.statements_done != saved.statements_done => {
                    found.push(format!("another run has done a part of `{}/{}`", saved.track, saved.label));
                }
                Some(_) => {}
            }
        }
        let is_new = |track: &str, version: &str| {
            !self.steps.iter().any(|saved| saved.track == track && saved.version == version)
        };
        for step in plan.steps() {
            if is_new(step.track.as_str(), step.migration.version.as_str()) {
                found.push(format!("`{}/{}` is to be run, too", step.track, step.migration.label));
            }
        }
        found
    }

    /// What is new, without the parts of it.
    fn added<'a>(&'a self, now: &'a Catalog) -> impl Iterator<Item = String> + 'a {
        let is_new = |id: &Id| !self.catalog.contains_key(&id.to_string());
        let added =
            now.facts().filter(move |fact| is_new(&fact.id) && !fact.parent.as_ref().is_some_and(is_new));
        added.map(|fact| format!("{} is new", fact.id))
    }

    fn schema(&self, now: &Catalog) -> Vec<String> {
        let here = catalog(now);
        let mut found = Vec::new();
        for (fact, digest) in &self.catalog {
            match here.get(fact) {
                None => found.push(format!("{fact} is gone")),
                Some(now) if now != digest => found.push(format!("{fact} was altered")),
                Some(_) => {}
            }
        }
        found.extend(self.added(now));
        let more = found.len().saturating_sub(FACTS_SHOWN);
        found.truncate(FACTS_SHOWN);
        if more > 0 {
            found.push(format!("and {more} more of the catalog"));
        }
        found
    }
}

/// The ledger says so, and that is said of the ledger.
fn is_applied(saved: &SavedStep, states: &[TrackState]) -> bool {
    states.iter().any(|state| {
        state.track.as_str() == saved.track
            && state.ledger.entries.iter().any(|entry| entry.version.as_str() == saved.version)
    })
}
