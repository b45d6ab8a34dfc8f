//! The folders that both sides are given.

use crosstrack_testkit::{Folder, TestDatabase};

/// A history with what sqlx allows: plain files and pairs, versions of every length, blanks in names, no transaction.
pub(crate) fn history() -> Folder {
    let folder = Folder::sqlx(&[
        ("1_first", "create type mood as enum ('ok');\r\n", Some("drop type mood;\r\n")),
        (
            "02_add people",
            "create table people (id int primary key, name text); select 1;",
            Some("drop table people"),
        ),
        (
            "10_people_by_name_concurrently",
            "-- no-transaction\ncreate index concurrently people_name on people (name)",
            Some("-- no-transaction\ndrop index concurrently people_name"),
        ),
        (
            "20250101000000_own_transaction",
            "begin;\ncreate table own (a mood);\ncommit;\n",
            Some("drop table own"),
        ),
        ("202401010000001_fifteen_digits", "create view v as select 1 as a", Some("drop view v")),
        ("202401010000002__nothing", "-- nothing yet\n", Some("")),
    ]);
    folder.write("README.md", "about these migrations");
    folder
}

/// That history, and the repository's own.
pub(crate) fn histories() -> [Folder; 2] {
    [history(), Folder::cms()]
}

/// A database with the tables that the repository's own history builds on.
pub(crate) fn database(label: &str) -> TestDatabase {
    let database = TestDatabase::new(label);
    database.sql(&Folder::auth().read("20251019000000_init/up.sql"));
    database
}
