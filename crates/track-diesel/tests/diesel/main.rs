//! The adapter on a real server: the suite of all adapters, and Diesel's own code as the judge of both directions.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod history;
mod traps;
mod turns;

use crosstrack_testkit::Folder;
use crosstrack_testkit::conformance::Subject;
use crosstrack_track_diesel::Diesel;

const DIESEL: Subject = Subject {
    adapter: &Diesel,
    folder: Folder::diesel,
    forward: |label| format!("{label}/up.sql"),
    without_transaction: |folder, label| {
        folder.write(&format!("{label}/metadata.toml"), "run_in_transaction = false\n");
    },
};

mod conformance {
    crosstrack_testkit::conformance!(crate::DIESEL);
}
