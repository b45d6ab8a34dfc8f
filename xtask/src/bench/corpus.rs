//! The migrations: small ones, each a table and an index, half in Diesel's format and half in sqlx's.
//!
//! Must not be anything that the server is slow at: what is measured is what lies around it.

use std::path::Path;

use crate::failure::Failure;

/// How many there are.
pub(super) const MIGRATIONS: usize = 1000;

const SETTINGS: &str = "[[track]]\nname = \"auth\"\nadapter = \"diesel\"\npath = \"auth\"\nrollback = \"automatic\"\n\n\
                        [[track]]\nname = \"cms\"\nadapter = \"sqlx\"\npath = \"cms\"\nrollback = \"automatic\"\n\n\
                        [[phase]]\nname = \"auth\"\ntracks = [\"auth\"]\n\n[[phase]]\nname = \"cms\"\ntracks = [\"cms\"]\n";

/// Writes the folders, the settings, and one script for psql with a transaction for each migration.
pub(super) fn write(folder: &Path) -> Result<(), Failure> {
    let mut script = String::new();
    for number in 0..MIGRATIONS / 2 {
        let version = 20_250_101_000_000 + number;
        let (up, down) = (forward("auth", number), format!("DROP TABLE auth_{number};\n"));
        put(&folder.join(format!("auth/{version}_auth_{number}/up.sql")), &up)?;
        put(&folder.join(format!("auth/{version}_auth_{number}/down.sql")), &down)?;
        script.extend(["BEGIN;\n", &up, "COMMIT;\n"]);
    }
    for number in 0..MIGRATIONS / 2 {
        let version = 20_250_101_000_000 + number;
        let (up, down) = (forward("cms", number), format!("DROP TABLE cms_{number};\n"));
        put(&folder.join(format!("cms/{version}_cms_{number}.up.sql")), &up)?;
        put(&folder.join(format!("cms/{version}_cms_{number}.down.sql")), &down)?;
        script.extend(["BEGIN;\n", &up, "COMMIT;\n"]);
    }
    put(&folder.join("all.sql"), &script)?;
    put(&folder.join("crosstrack.toml"), SETTINGS)
}

fn forward(track: &str, number: usize) -> String {
    let table = format!("{track}_{number}");
    format!(
        "CREATE TABLE {table} (id bigint PRIMARY KEY, name text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());\n\
         CREATE INDEX {table}_name ON {table} (name);\n"
    )
}

fn put(path: &Path, text: &str) -> Result<(), Failure> {
    let written =
        path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(path, text));
    written.map_err(|error| {
        let what = format!("could not write `{}`", path.display());
        Failure::new(what, error.to_string(), "see that there is room under target/")
    })
}
