//! The mark that a database bears: the environment of its first run.

/// The environment of a database's first run, as it is kept in the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The environment.
    pub environment: String,
    /// The database's name when it was marked.
    pub database: String,
    /// When, as `2025-10-19T12:00:00Z`.
    pub marked_at: String,
    /// Whether it is this database that was marked, and not one that this one was restored from.
    pub is_own: bool,
}
