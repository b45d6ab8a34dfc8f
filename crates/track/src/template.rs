//! New migrations, in an ORM's own format.

use std::path::PathBuf;

use crosstrack_model::Migration;

/// What a new migration is made from.
#[derive(Clone, Copy, Debug)]
pub struct NewMigration<'a> {
    /// The name: letters, digits and underscores.
    pub name: &'a str,
    /// The moment, as `YYYY-MM-DD-HHMMSS` in UTC.
    pub moment: &'a str,
    /// The migrations that are there, in order: the new one comes after them and is written as they are.
    pub existing: &'a [Migration],
    /// What it does; `None` for an empty one that a person fills.
    pub scripts: Option<NewScripts<'a>>,
}

/// Both ways of a new migration.
#[derive(Clone, Copy, Debug)]
pub struct NewScripts<'a> {
    /// Up.
    pub forward: NewScript<'a>,
    /// Down.
    pub back: NewScript<'a>,
}

/// A script of a new migration.
#[derive(Clone, Copy, Debug)]
pub struct NewScript<'a> {
    /// The SQL.
    pub text: &'a str,
    /// Whether it runs in a transaction.
    pub is_transactional: bool,
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// Where, relative to the track's folder.
    pub path: PathBuf,
    /// What.
    pub text: String,
}

/// The moment without its dashes, moved past the newest number so that the new migration is never late.
pub fn plain_timestamp(moment: &str, newest: Option<i64>) -> String {
    let digits: String = moment.chars().filter(char::is_ascii_digit).collect();
    match (digits.parse::<i64>(), newest.map(|newest| newest.checked_add(1))) {
        (Ok(now), Some(Some(next))) if next > now => next.to_string(),
        // Past the largest number there is none: the moment says at least what it is.
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::plain_timestamp;

    #[test]
    fn a_new_version_is_never_older_than_the_newest() {
        assert_eq!(plain_timestamp("2025-10-19-120000", None), "20251019120000");
        assert_eq!(plain_timestamp("2025-10-19-120000", Some(20_251_019_120_000)), "20251019120001");
        assert_eq!(plain_timestamp("2025-10-19-120000", Some(i64::MAX)), "20251019120000");
    }
}
