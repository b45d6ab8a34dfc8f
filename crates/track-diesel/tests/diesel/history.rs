//! The folders that both sides are given.

use crosstrack_testkit::Folder;

/// A history with what Diesel allows: dashes in versions, blanks in names, other files beside, no transaction.
pub(crate) fn history() -> Folder {
    let folder = Folder::diesel(&[
        ("00000000000000_diesel_initial_setup", "-- helper\nselect 1;\n", Some("-- nothing to undo\n")),
        (
            "2017-08-31-120000_add users",
            "create table users (id int primary key, name text);\r\n",
            Some("drop table users"),
        ),
        ("20170102030405_first", "create type mood as enum ('ok'); select 1;", Some("drop type mood;")),
        (
            "20180101000000_users_by_name_concurrently",
            "create index concurrently users_name on users (name)",
            Some("drop index concurrently users_name"),
        ),
        ("2019-01-01-000000", "begin; create table own (a mood); commit;", Some("drop table own")),
        ("20200101000000_own_transaction_mark", "create view v as select 1 as a", Some("drop view v")),
    ]);
    folder.write("20180101000000_users_by_name_concurrently/metadata.toml", "run_in_transaction = false\n");
    folder.write("20200101000000_own_transaction_mark/metadata.toml", "run_in_transaction = true\n");
    folder.write("README.md", "about these migrations");
    folder.write(".keep", "");
    folder.write("2017-08-31-120000_add users/notes.txt", "about this one");
    folder
}

/// That history, and the repository's own.
pub(crate) fn histories() -> [Folder; 2] {
    [history(), Folder::auth()]
}
