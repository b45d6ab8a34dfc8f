//! The adapter on a real server: the suite of all adapters, and sqlx's own code as the judge of both directions.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod history;
mod traps;
mod turns;

use crosstrack_testkit::Folder;
use crosstrack_testkit::conformance::Subject;
use crosstrack_track_sqlx::Sqlx;

const SQLX: Subject = Subject {
    adapter: &Sqlx,
    folder: Folder::sqlx,
    forward: |label| format!("{label}.up.sql"),
    without_transaction: |folder, label| {
        let path = format!("{label}.up.sql");
        folder.write(&path, format!("-- no-transaction\n{}", folder.read(&path)));
    },
};

mod conformance {
    crosstrack_testkit::conformance!(crate::SQLX);
}
