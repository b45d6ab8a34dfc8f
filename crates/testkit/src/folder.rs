//! Folders of migrations, written in a line.

use std::path::{Path, PathBuf};

use crosstrack_model::RollbackPolicy;
use crosstrack_settings::TrackSettings;
use tempfile::TempDir;

use crate::place::workspace;

/// A migration in a line: `<version>_<name>`, the forward script, the backward script or none.
pub type SqlMigration<'a> = (&'a str, &'a str, Option<&'a str>);

/// A folder of migrations. A temporary one is deleted with this value.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    adapter: &'static str,
    temporary: Option<TempDir>,
}

impl Folder {
    /// A temporary folder of Diesel's: `20250101000000_a/up.sql` and `down.sql`.
    pub fn diesel(migrations: &[SqlMigration<'_>]) -> Self {
        let folder = Self::temporary("diesel");
        for (label, forward, backward) in migrations {
            folder.write(&format!("{label}/up.sql"), forward);
            if let Some(backward) = backward {
                folder.write(&format!("{label}/down.sql"), backward);
            }
        }
        folder
    }

    /// A temporary folder of sqlx's: `20250101000000_a.up.sql` and `.down.sql`, without a backward script a plain `.sql`.
    pub fn sqlx(migrations: &[SqlMigration<'_>]) -> Self {
        let folder = Self::temporary("sqlx");
        for (label, forward, backward) in migrations {
            match backward {
                Some(backward) => {
                    folder.write(&format!("{label}.up.sql"), forward);
                    folder.write(&format!("{label}.down.sql"), backward);
                }
                None => folder.write(&format!("{label}.sql"), forward),
            }
        }
        folder
    }

    /// The repository's own `auth-migrations/`, which are Diesel's.
    pub fn auth() -> Self {
        Self { path: workspace().join("auth-migrations"), adapter: "diesel", temporary: None }
    }

    /// The repository's own `cms-migrations/`, which are sqlx's.
    pub fn cms() -> Self {
        Self { path: workspace().join("cms-migrations"), adapter: "sqlx", temporary: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file, with the folders above it.
    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.writable(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("the folder can be made");
        std::fs::write(path, bytes).expect("the file can be written");
    }

    /// Removes a file, or a folder with all that is in it.
    pub fn remove(&self, path: &str) {
        let path = self.writable(path);
        let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
        removed.expect("the file can be removed");
    }

    /// What a file holds.
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path.join(path)).expect("the file can be read")
    }

    /// The settings of a track with this folder, shown as `migrations`, everything else as when `crosstrack.toml` is silent.
    pub fn track(&self, name: &str) -> TrackSettings {
        TrackSettings {
            name: name.parse().expect("a track name"),
            adapter: self.adapter.to_owned(),
            path: self.path.clone(),
            shown_path: PathBuf::from("migrations"),
            rollback: RollbackPolicy::Automatic,
            schema: None,
            table: None,
            indexes: None,
            constraints: None,
            desired: None,
            lock_timeout: None,
            lock_attempts: None,
            session: Vec::new(),
            allow_missing: Vec::new(),
            alternate_checksums: std::collections::BTreeMap::new(),
            create_schemas: Vec::new(),
            ignored_characters: Vec::new(),
        }
    }

    fn temporary(adapter: &'static str) -> Self {
        let temporary = tempfile::Builder::new().prefix("crosstrack-").tempdir().expect("a temporary folder");
        Self { path: temporary.path().to_path_buf(), adapter, temporary: Some(temporary) }
    }

    fn writable(&self, path: &str) -> PathBuf {
        assert!(self.temporary.is_some(), "the repository's own migrations are not written to");
        self.path.join(path)
    }
}
