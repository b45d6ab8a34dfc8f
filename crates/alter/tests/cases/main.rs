//! The folders of cases: `old.sql` is led to `new.sql` and back on a real server, the catalog and `pg_dump` judge where it has led, and
//! what was written is what `expected.txt` says. `UPDATE_EXPECT=1` writes it anew, to be read before it is committed.

mod judge;

use std::path::{Path, PathBuf};

use expect_test::expect_file;

/// The fewest cases that there are.
const FEWEST: usize = 150;

#[tokio::test]
async fn every_case_leads_there_and_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases = Vec::new();
    find(&folder, &mut cases);
    cases.sort();
    let mut failures = Vec::new();
    for case in &cases {
        let text = |file: &str| {
            std::fs::read_to_string(case.join(file)).expect("a case has an old.sql and a new.sql")
        };
        let outcome = judge::judge((&text("old.sql"), &text("new.sql")), true).await;
        let name = case.strip_prefix(&folder).unwrap_or(case).display().to_string();
        failures.extend(outcome.failures.iter().map(|failure| format!("{name}: {failure}")));
        expect_file![case.join("expected.txt")].assert_eq(&outcome.shown());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases.len() >= FEWEST, "there are {} cases", cases.len());
}

fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of cases can be read") {
        let path = entry.expect("the folder of cases can be read").path();
        if path.join("new.sql").is_file() {
            cases.push(path);
        } else if path.is_dir() {
            find(&path, cases);
        }
    }
}
