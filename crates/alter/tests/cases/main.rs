//! The folders of cases: `old.sql` is led to `new.sql` and back on a real server, the catalog and `pg_dump` judge where it has led, and
//! what was written is what `expected.txt` says. `UPDATE_EXPECT=1` writes it anew, to be read before it is committed.
#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod judge;
mod random;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use expect_test::expect_file;

/// The fewest cases that there are.
const FEWEST: usize = 480;

#[test]
fn every_case_leads_there_and_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut cases = Vec::new();
    find(&folder, &mut cases);
    cases.sort();
    assert!(cases.len() >= FEWEST, "there are {} cases", cases.len());
    let (left, failures) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| try_cases(&folder, &left, &failures));
        }
    });
    let failures = failures.into_inner().expect("no case panics under the lock");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Takes cases until there is none left.
fn try_cases(folder: &Path, left: &Mutex<std::slice::Iter<'_, PathBuf>>, failures: &Mutex<Vec<String>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let next = || left.lock().expect("no case panics under the lock").next();
    while let Some(case) = next() {
        let failed = runtime.block_on(try_case(folder, case));
        failures.lock().expect("no case panics under the lock").extend(failed);
    }
}

async fn try_case(folder: &Path, case: &Path) -> Vec<String> {
    let text =
        |file: &str| std::fs::read_to_string(case.join(file)).expect("a case has an old.sql and a new.sql");
    let outcome = judge::judge((&text("old.sql"), &text("new.sql")), true).await;
    expect_file![case.join("expected.txt")].assert_eq(&outcome.shown());
    let name = case.strip_prefix(folder).unwrap_or(case).display().to_string();
    outcome.failures.iter().map(|failure| format!("{name}: {failure}")).collect()
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
