//! The schemas of the cases of `alter`: whatever they have, rows are put into their tables, read and compared.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on says so"
)]

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crosstrack_shadow::rows::{Tables, compare, fill, picture, stuck_sequences};
use crosstrack_testkit::TestDatabase;

/// Every so many schemas one is tried: all of them take minutes.
const EVERY: usize = 6;

/// The counts over all schemas.
#[derive(Default)]
struct Total {
    schemas: usize,
    filled: usize,
    unfilled: Vec<String>,
    failures: Vec<String>,
    filling: Duration,
}

#[test]
fn the_tables_of_every_case_get_rows() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../alter/tests/cases");
    let mut files = Vec::new();
    find(&folder, &mut files);
    files.sort();
    assert!(files.len() > 900, "there are {} schemas", files.len());
    let files: Vec<PathBuf> = files.into_iter().step_by(EVERY).collect();
    let (left, total) = (Mutex::new(files.iter()), Mutex::new(Total::default()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| try_schemas(&folder, &left, &total));
        }
    });
    let total = total.into_inner().expect("no schema panics under the lock");
    let all = total.filled + total.unfilled.len();
    eprintln!(
        "{} schemas, {} of {all} tables filled in {:?}\n{}",
        total.schemas,
        total.filled,
        total.filling,
        total.unfilled.join("\n")
    );
    assert!(total.failures.is_empty(), "{}", total.failures.join("\n"));
    assert!(total.filled * 100 >= all * 97, "{} of {all}", total.filled);
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder of cases can be read") {
        let path = entry.expect("the folder of cases can be read").path();
        if path.is_dir() {
            find(&path, files);
        } else if path.ends_with("old.sql") || path.ends_with("new.sql") {
            files.push(path);
        }
    }
}

fn try_schemas(folder: &Path, left: &Mutex<std::slice::Iter<'_, PathBuf>>, total: &Mutex<Total>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let next = || left.lock().expect("no schema panics under the lock").next();
    while let Some(file) = next() {
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        runtime.block_on(try_schema((file, &name), total));
    }
}

async fn try_schema((file, name): (&Path, &str), total: &Mutex<Total>) {
    let database = TestDatabase::new("rows");
    load(&database, &std::fs::read_to_string(file).expect("a case can be read"));
    let session = database.session("rows").await;
    let scope = Tables::default();
    let began = Instant::now();
    let filled = fill(&session, &scope).await;
    let took = began.elapsed();
    let before = picture(&session, &scope).await;
    let again = fill(&session, &scope).await;
    let after = picture(&session, &scope).await;
    let stuck = stuck_sequences(&session, &scope).await;
    let mut total = total.lock().expect("no schema panics under the lock");
    total.schemas += 1;
    total.filling += took;
    match (filled, before, again, after, stuck) {
        (Ok(filled), Ok(before), Ok(again), Ok(after), Ok(stuck)) => {
            total.filled += filled.tables + filled.had_rows.len();
            total.unfilled.extend(
                filled.unfilled.iter().map(|found| format!("{name}: {}: {}", found.table, found.reason)),
            );
            for change in compare(&before, &after) {
                total.failures.push(format!("{name}: {change}"));
            }
            if again.tables > filled.unfilled.len() || !stuck.is_empty() {
                total.failures.push(format!("{name}: {again:?} {stuck:?}"));
            }
        }
        other => total.failures.push(format!("{name}: {other:?}")),
    }
}

/// Statement by statement, as `psql` would.
fn load(database: &TestDatabase, sql: &str) {
    for statement in crosstrack_script::statements(sql).expect("a case can be read") {
        while let Err(error) = database.try_sql(statement.text) {
            let missing =
                error.message.strip_prefix("role \"").and_then(|rest| rest.strip_suffix("\" does not exist"));
            let Some(role) = missing else { panic!("{}: {}", statement.text, error.message) };
            drop(database.try_sql(&format!("create role \"{}\"", role.replace('"', "\"\""))));
        }
    }
}
