//! A database as `pg_dump` writes it, to be compared before and after.

use std::process::Command;

use crate::database::TestDatabase;
use crate::server::TestServer;

/// The schema as `pg_dump` writes it: equal texts, equal schemas.
///
/// Without the two `\restrict` lines, whose key `pg_dump` makes up anew each time.
pub fn dump(database: &TestDatabase) -> String {
    pg_dump(database, &["--schema-only"])
}

/// The schema and all rows as `pg_dump` writes them, a statement a row.
pub fn dump_with_data(database: &TestDatabase) -> String {
    pg_dump(database, &["--inserts"])
}

#[expect(clippy::disallowed_methods, reason = "pg_dump is the judge of whether a schema changed")]
fn pg_dump(database: &TestDatabase, arguments: &[&str]) -> String {
    let running = TestServer::shared().running();
    let program = running.program("pg_dump").expect("the test server comes with `pg_dump`");
    let mut command = Command::new(program);
    for (name, value) in database.target().libpq_variables() {
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
    }
    // Only where there is no socket, which asks for none.
    if let Some(password) = database.target().password {
        command.env("PGPASSWORD", password.expose());
    }
    let output = command.arg("--no-password").args(arguments).output().expect("`pg_dump` can be run");
    assert!(output.status.success(), "pg_dump: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("`pg_dump` writes UTF-8");
    text.lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .fold(String::new(), |dump, line| dump + line + "\n")
}
