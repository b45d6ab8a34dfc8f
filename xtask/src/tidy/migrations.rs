//! Rule: every migration has a way back.
//!
//! Must not read the SQL: what a script does is for `crosstrack lint`.

use super::repository::Repository;
use super::rule::{Finding, Rule};

/// Where this repository keeps its migrations.
const FOLDERS: [&str; 2] = ["auth-migrations/", "cms-migrations/"];

/// How the file names of a pair end: the folders of Diesel, the pairs of sqlx.
const PAIRS: [(&str, &str); 2] = [("/up.sql", "/down.sql"), (".up.sql", ".down.sql")];

pub(super) const RULE: Rule = Rule {
    name: "every migration has a way back",
    why: "`crosstrack down` and a deployment that must be taken back have nothing else to run",
    remedy: "write the missing script; a way back that loses data says so with `-- crosstrack: irreversible`",
    check,
};

fn check(repository: &Repository) -> Vec<Finding> {
    let in_folders = |path: &&str| FOLDERS.iter().any(|folder| path.starts_with(folder));
    let paths = repository.sources.iter().map(|source| source.path.as_str()).filter(in_folders);
    paths
        .filter_map(|path| {
            let other = other_of_pair(path)?;
            let is_missing = repository.source(&other).is_none();
            is_missing.then(|| Finding::new(path, 1, format!("`{other}` is missing")))
        })
        .collect()
}

fn other_of_pair(path: &str) -> Option<String> {
    let both_ways = PAIRS.iter().flat_map(|(up, down)| [(up, down), (down, up)]);
    both_ways.into_iter().find_map(|(end, other)| Some(format!("{}{other}", path.strip_suffix(end)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_without_its_counterpart_is_found() {
        for (path, missing) in [
            ("auth-migrations/1_init/up.sql", "auth-migrations/1_init/down.sql"),
            ("cms-migrations/1_herbs.up.sql", "cms-migrations/1_herbs.down.sql"),
            ("cms-migrations/1_herbs.down.sql", "cms-migrations/1_herbs.up.sql"),
        ] {
            let found = check(&Repository::of(&[(path, "")]));
            assert_eq!(found, [Finding::new(path, 1, format!("`{missing}` is missing"))]);
        }
    }

    #[test]
    fn pairs_and_other_files_are_not() {
        let files = [
            "auth-migrations/1_init/up.sql",
            "auth-migrations/1_init/down.sql",
            "auth-migrations/indexes.toml",
            "cms-migrations/1_herbs.up.sql",
            "cms-migrations/1_herbs.down.sql",
            "crates/track-diesel/tests/up.sql",
        ];
        assert_eq!(check(&Repository::of(&files.map(|path| (path, "")))), []);
    }
}
