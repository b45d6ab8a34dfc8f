//! The ways between the schemas of the cases of `alter`, with rows in all tables: none harms a row without announcing it.
//!
//! Must not try them all in every run: that takes minutes.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::{Path, PathBuf};

use crosstrack_shadow::ShadowServer;

use crate::tests::shadow_server;
use crate::{Journey, SchemaError, Unproven, find_scripts, find_way, read_scripts};

/// Every so many cases one is tried, unless more rounds are asked for.
const EVERY: usize = 24;

#[expect(clippy::disallowed_methods, reason = "more rounds are asked for by hand only")]
fn every() -> usize {
    let rounds = std::env::var("CROSSTRACK_TEST_ROUNDS").ok().and_then(|text| text.parse().ok());
    EVERY / rounds.unwrap_or(1).clamp(1, EVERY)
}

fn cases(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of cases can be read") {
        let path = entry.expect("the folder of cases can be read").path();
        if path.join("old.sql").is_file() && path.join("new.sql").is_file() {
            found.push(path);
        } else if path.is_dir() {
            cases(&path, found);
        }
    }
}

/// What the rows have against a case; nothing when they are unharmed, or when the case was refused for another reason.
async fn harm(server: &ShadowServer, case: &Path) -> Option<String> {
    let mut catalogs = Vec::new();
    for name in ["old.sql", "new.sql"] {
        let scripts = find_scripts(&case.join(name)).unwrap();
        match read_scripts(server, None, &scripts).await {
            Ok(catalog) => catalogs.push(catalog),
            Err(error) => return Some(format!("{}: {error}: {:?}", case.display(), error.source())),
        }
    }
    let (from, to, large) = (&catalogs[0], &catalogs[1], &BTreeSet::new());
    match find_way(server, Journey { from, to, renames: &[], large }).await {
        Err(SchemaError::Unproven { direction, unproven }) => match *unproven {
            Unproven::Rows { changes } => {
                Some(format!("{}, {direction:?}: {}", case.display(), changes.join("; ")))
            }
            _ => None,
        },
        _ => None,
    }
}

#[tokio::test]
async fn no_way_between_the_cases_harms_a_row_without_saying_so() {
    let mut found = Vec::new();
    cases(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../alter/tests/cases"), &mut found);
    found.sort();
    assert!(found.len() > 400, "there are {} cases", found.len());
    let server = shadow_server();
    let mut harmed = Vec::new();
    for case in found.iter().step_by(every()) {
        harmed.extend(Box::pin(harm(&server, case)).await);
    }
    assert!(harmed.is_empty(), "{}", harmed.join("\n"));
}
