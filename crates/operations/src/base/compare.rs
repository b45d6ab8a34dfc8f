//! A track here held against the same track on the branch that it will be merged into. Plain values in, findings out.

use std::sync::Arc;

use crosstrack_model::{HistoryFinding, HistoryKind, Migration, TrackName, Version};

/// A track in three places.
pub(super) struct Branches<'a> {
    /// How the branch is called.
    pub(super) base: &'a str,
    /// What is on disk.
    pub(super) here: &'a [Arc<Migration>],
    /// What the branch has.
    pub(super) theirs: &'a [Migration],
    /// What both had when they parted.
    pub(super) common: &'a [Migration],
}

/// Says what the merge would break, in the order of the versions.
pub(super) fn compare(track: &TrackName, branches: &Branches<'_>) -> Vec<HistoryFinding> {
    let here = branches
        .here
        .iter()
        .filter_map(|migration| Some((&**migration, branches.of_ours(track, migration)?)));
    let theirs =
        branches.theirs.iter().filter_map(|migration| Some((migration, branches.of_theirs(migration)?)));
    let mut found: Vec<(&Migration, HistoryKind)> = here.chain(theirs).collect();
    found.sort_by(|(left, _), (right, _)| left.version.cmp(&right.version));
    let finding = |(migration, kind): (&Migration, HistoryKind)| HistoryFinding {
        reference: format!("{track}/{}", migration.label),
        path: migration.forward.path.clone().filter(|_| !matches!(kind, HistoryKind::GoneFromBase { .. })),
        kind,
    };
    found.into_iter().map(finding).collect()
}

impl Branches<'_> {
    /// What is wrong with a migration that is here.
    fn of_ours(&self, track: &TrackName, ours: &Migration) -> Option<HistoryKind> {
        let base = self.base.to_owned();
        if let Some(theirs) = self.theirs.iter().find(|theirs| is_same(theirs, ours)) {
            let before = self.common.iter().find(|before| is_same(before, ours));
            let is_changed = differs(theirs, ours) && before.is_none_or(|before| differs(before, ours));
            return is_changed.then_some(HistoryKind::ChangedFromBase { base });
        }
        if self.common.iter().any(|before| is_same(before, ours)) {
            // The branch has removed or renamed it since, and git brings that here.
            return None;
        }
        let is_new = |theirs: &&Migration| !self.common.iter().any(|before| is_same(before, theirs));
        let namesake = self.theirs.iter().find(|theirs| theirs.version == ours.version);
        if let Some(other) = namesake.filter(is_new) {
            let other = format!("{track}/{}", other.label);
            return Some(HistoryKind::DuplicateAfterMerge { base, other });
        }
        let newest = self.theirs.iter().max_by(|left, right| left.version.cmp(&right.version))?;
        let is_late = namesake.is_none() && ours.version < newest.version;
        is_late.then(|| HistoryKind::LateAfterMerge { base, newest: format!("{track}/{}", newest.label) })
    }

    /// What is wrong with a migration that is only on the branch: gone from here, or not here yet.
    fn of_theirs(&self, theirs: &Migration) -> Option<HistoryKind> {
        let is_here = |version: &Version| self.here.iter().any(|ours| ours.version == *version);
        let was_here = self.common.iter().any(|before| before.version == theirs.version);
        (was_here && !is_here(&theirs.version))
            .then(|| HistoryKind::GoneFromBase { base: self.base.to_owned() })
    }
}

fn is_same(one: &Migration, other: &Migration) -> bool {
    one.version == other.version && one.label == other.label
}

fn differs(one: &Migration, other: &Migration) -> bool {
    one.forward.checksum != other.forward.checksum
}

#[cfg(test)]
mod tests {
    use super::{Branches, compare};
    use crosstrack_model::{Directives, Migration, Script, Version};
    use std::sync::Arc;

    /// Migrations from `<version>_<name>=<script>`.
    fn migrations(text: &str) -> Vec<Migration> {
        let migration = |word: &str| {
            let (label, sql) = word.split_once('=').unwrap_or((word, "select 1"));
            let (version, name) = label.split_once('_').unwrap();
            Migration {
                version: Version::text(version),
                name: name.into(),
                label: label.into(),
                forward: Script::new(None, sql.into(), true),
                backward: None,
                second_backward: None,
                directives: Directives::default(),
                ledger_checksums: Vec::new(),
                alternate_checksums: Vec::new(),
            }
        };
        text.split_whitespace().map(migration).collect()
    }

    fn said(common: &str, theirs: &str, here: &str) -> Vec<String> {
        let here: Vec<Arc<Migration>> = migrations(here).into_iter().map(Arc::new).collect();
        let branches =
            Branches { base: "main", here: &here, theirs: &migrations(theirs), common: &migrations(common) };
        let findings = compare(&"auth".parse().unwrap(), &branches);
        findings.iter().map(|finding| format!("{} {}", finding.kind.as_str(), finding.reference)).collect()
    }

    #[test]
    fn one_branch_alone_breaks_nothing() {
        assert!(said("1_a", "1_a", "1_a 2_b").is_empty());
        assert!(said("1_a", "1_a 2_b", "1_a").is_empty());
        assert!(said("", "", "1_a").is_empty());
    }

    #[test]
    fn what_is_older_than_the_newest_of_the_other_branch_will_be_late() {
        assert_eq!(said("1_a", "1_a 3_c", "1_a 2_b"), ["late-after-merge auth/2_b"]);
        assert!(said("1_a", "1_a 2_b", "1_a 3_c").is_empty());
    }

    #[test]
    fn one_version_in_both_branches_will_be_a_duplicate() {
        assert_eq!(said("1_a", "1_a 2_b", "1_a 2_c"), ["duplicate-after-merge auth/2_c"]);
        assert!(said("1_a", "1_a 2_b", "1_a 2_b").is_empty(), "the same migration came by two ways");
    }

    #[test]
    fn what_the_other_branch_has_is_neither_changed_nor_removed() {
        assert_eq!(said("1_a 2_b", "1_a 2_b", "1_a=x 2_b"), ["changed-from-base auth/1_a"]);
        assert_eq!(said("1_a 2_b", "1_a 2_b", "2_b"), ["gone-from-base auth/1_a"]);
        assert_eq!(said("", "1_a", "1_a=x"), ["changed-from-base auth/1_a"]);
    }

    #[test]
    fn what_the_other_branch_did_to_its_own_comes_with_the_merge() {
        assert!(said("1_a 2_b", "1_a=x 2_b", "1_a 2_b").is_empty());
        assert!(said("1_a 2_b", "2_b", "1_a 2_b").is_empty());
        assert!(said("1_a 2_b", "1_z 2_b", "1_a 2_b").is_empty());
    }
}
