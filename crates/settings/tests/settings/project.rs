//! A project in a temporary folder.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crosstrack_settings::{Environment, Request, Settings, SettingsError, load};
use expect_test::Expect;
use tempfile::TempDir;

/// A file that is right, with the folders that it names.
pub(crate) const GOOD: &str = r#"[[track]]
name = "auth"
adapter = "diesel"
path = "auth-migrations"
rollback = "backup"

[[track]]
name = "cms"
adapter = "sqlx"
path = "cms-migrations"

[[phase]]
name = "first"
tracks = ["auth", "cms"]

[[phase]]
name = "verify"
checks = ["indexes"]
"#;

pub(crate) struct Project {
    folder: TempDir,
}

impl Project {
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for track in ["auth-migrations", "cms-migrations", "shop-migrations"] {
            std::fs::create_dir(folder.path().join(track)).unwrap();
        }
        let project = Self { folder };
        project.write("crosstrack.toml", settings);
        project
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(crate) fn request(&self) -> Request {
        Request {
            working_directory: self.path().to_owned(),
            adapters: &["diesel", "sqlx"],
            checks: &["indexes", "constraints"],
            ..Request::default()
        }
    }

    /// An environment whose home is in the folder.
    pub(crate) fn environment<const COUNT: usize>(&self, variables: [(&str, &str); COUNT]) -> Environment {
        let home = self.path().join("home").to_str().unwrap().to_owned();
        let own = [("HOME", home.as_str()), ("PGSYSCONFDIR", home.as_str())];
        let all = variables.into_iter().chain(own).map(|(name, value)| (name.to_owned(), value.to_owned()));
        all.collect::<Environment>().with_user("me")
    }

    pub(crate) fn load(&self) -> Result<Settings, SettingsError> {
        load(&self.request(), &self.environment([]))
    }

    /// The error's text, its causes and its hint, without the folder's name.
    pub(crate) fn error(&self) -> String {
        self.explain(&self.load().unwrap_err())
    }

    pub(crate) fn explain(&self, error: &SettingsError) -> String {
        let mut text = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            write!(text, "\ncaused by: {cause}").unwrap();
            source = cause.source();
        }
        if let Some(hint) = error.hint() {
            write!(text, "\nhint: {hint}").unwrap();
        }
        text.replace(self.path().to_str().unwrap(), "<project>")
    }
}

/// The error for the good file with one thing replaced.
pub(crate) fn check(old: &str, new: &str, expected: Expect) {
    assert!(GOOD.contains(old), "{old:?} is not in the good file");
    check_file(&GOOD.replacen(old, new, 1), expected);
}

/// The error for a file.
#[expect(clippy::needless_pass_by_value, reason = "so that `expect!` can be written in the call")]
pub(crate) fn check_file(settings: &str, expected: Expect) {
    expected.assert_eq(&Project::new(settings).error());
}
