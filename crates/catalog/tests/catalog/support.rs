//! A database that is changed statement by statement, and what the catalog says of each.

use crosstrack_catalog::{Catalog, Scope, differences, read_catalog};
use crosstrack_testkit::TestDatabase;
use expect_test::Expect;

/// The catalog as it is now, without the relations that are named.
pub(crate) async fn catalog_without(database: &TestDatabase, left_out: &[&str]) -> Catalog {
    let opened = database.database().await;
    let mut reader = opened.reader().await.expect("the test server answers");
    let snapshot = reader.snapshot();
    let scope = Scope { left_out: left_out.iter().map(|name| (*name).to_owned()).collect() };
    let catalog = read_catalog(&snapshot, &scope).await.expect("the catalog can be read");
    snapshot.end().await.expect("the snapshot can be ended");
    catalog
}

/// The catalog as it is now.
pub(crate) async fn catalog(database: &TestDatabase) -> Catalog {
    catalog_without(database, &[]).await
}

/// The differences, in words.
pub(crate) fn said(first: &Catalog, second: &Catalog) -> Vec<String> {
    differences(first, second).iter().map(ToString::to_string).collect()
}

/// Runs the statements one after the other and shows what each of them changed. A word that a test has made up stands for a
/// name that differs from run to run.
pub(crate) async fn tells(database: &TestDatabase, hidden: &[(&str, &str)], sql: &[&str], expected: &Expect) {
    let mut before = catalog(database).await;
    let mut told = String::new();
    for statement in sql {
        database.sql(statement);
        let after = catalog(database).await;
        told += &format!("{statement}\n");
        for difference in said(&before, &after) {
            told += &format!("    {difference}\n");
        }
        before = after;
    }
    let told = hidden.iter().fold(told, |told, (name, word)| told.replace(name, word));
    expected.assert_eq(&told);
}
