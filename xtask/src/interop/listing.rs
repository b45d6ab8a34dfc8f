//! What `diesel migration list` and `sqlx migrate info` say, as versions.
//!
//! Must not guess: a line that is read otherwise is kept, so that a check on it fails and shows it.

/// Which migrations a program holds for applied, and which for pending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    pub(super) applied: Vec<String>,
    pub(super) pending: Vec<String>,
    /// Lines that say neither.
    pub(super) other: Vec<String>,
}

impl Listing {
    /// Reads `  [X] 20251019000000_init`.
    pub(super) fn of_diesel(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "Migrations:");
        Self::read(lines, |line| {
            let (mark, name) = line.split_at_checked(3)?;
            let version = name.trim().split('_').next()?;
            Some((version, mark == "[X]")).filter(|_| mark == "[X]" || mark == "[ ]")
        })
    }

    /// Reads `20251020010000/installed herbs`.
    pub(super) fn of_sqlx(text: &str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        Self::read(lines, |line| {
            let (version, rest) = line.split_once('/')?;
            let (state, description) = rest.split_once(' ')?;
            let is_plain = !description.starts_with('(');
            Some((version, state == "installed"))
                .filter(|_| is_plain && ["installed", "pending"].contains(&state))
        })
    }

    /// What is wrong when none should be applied.
    pub(super) fn none(&self) -> Result<(), String> {
        if self.other.is_empty() && self.applied.is_empty() && !self.pending.is_empty() {
            return Ok(());
        }
        Err(format!("expected all to be pending, and it says {self:?}"))
    }

    fn read<'text>(
        lines: impl Iterator<Item = &'text str>,
        version_and_applied: impl Fn(&'text str) -> Option<(&'text str, bool)>,
    ) -> Self {
        let mut listing = Self::default();
        for line in lines {
            match version_and_applied(line) {
                Some((version, true)) => listing.applied.push(version.to_owned()),
                Some((version, false)) => listing.pending.push(version.to_owned()),
                None => listing.other.push(line.to_owned()),
            }
        }
        listing
    }

    /// What is wrong when all but these should be applied.
    pub(super) fn all_but(&self, pending: &[&str]) -> Result<(), String> {
        if self.other.is_empty() && self.pending == pending && !self.applied.is_empty() {
            return Ok(());
        }
        Err(format!("expected {pending:?} to be pending and all else applied, and it says {self:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn diesels_list_is_read() {
        let listing = Listing::of_diesel("Migrations:\n  [X] 1_init\n  [ ] 2_people_and_places\n");
        assert_eq!(listing.applied, ["1"]);
        assert_eq!(listing.pending, ["2"]);
        assert_eq!(listing.all_but(&["2"]), Ok(()));
    }

    #[test]
    fn sqlxs_info_is_read() {
        let listing = Listing::of_sqlx("1/installed media and categories\n2/pending herbs\n");
        assert_eq!(listing.applied, ["1"]);
        assert_eq!(listing.pending, ["2"]);
    }

    #[test]
    fn a_line_that_says_something_else_is_never_all_right() {
        let listing = Listing::of_sqlx("1/installed (different checksum) media\n");
        assert_eq!(listing.other.len(), 1);
        assert!(listing.all_but(&[]).is_err());
        assert!(listing.none().is_err());
        assert!(Listing::of_diesel("").all_but(&[]).is_err());
        assert!(Listing::of_diesel("").none().is_err());
    }
}
