//! A track's ledger as the database holds it.

use crate::version::Version;

/// One row of a tool's own ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The version that the row is about.
    pub version: Version,
    /// The name, for ledgers that keep it.
    pub name: Option<String>,
    /// When it was applied, RFC 3339 in UTC, to the microsecond.
    pub applied_at: Option<String>,
    /// The moment as the ledger's own text, to tell this row from one that was written before or after it.
    pub stamp: Option<String>,
    /// The checksum, for ledgers that keep one.
    pub checksum: Option<Vec<u8>>,
    /// Whether the ledger says that the migration failed half-way.
    pub failed: bool,
}

/// The whole of a tool's ledger. An absent table is an empty ledger: reading never creates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Whether the table is there.
    pub exists: bool,
    /// The rows, in the order of their versions.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// A table that is there, with these rows.
    pub fn of(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|left, right| left.version.cmp(&right.version));
        Self { exists: true, entries }
    }

    /// The row about a version.
    pub fn entry(&self, version: &Version) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|entry| entry.version.cmp(version)).ok()?;
        self.entries.get(place)
    }
}
