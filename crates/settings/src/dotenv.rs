//! `.env` files, as dotenvy reads them for sqlx and Diesel.
//!
//! It must not set a variable of the process, and its errors must not show a line of the file: it may hold a password.

use std::path::{Path, PathBuf};

/// Why a `.env` file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentFileError {
    /// The operating system refuses.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line is not `NAME=value`.
    #[error("line {line} of `{}` is not `NAME=value`", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

/// The variables of a file, in its order. Of two values for one variable the first counts, as for dotenvy.
pub(crate) fn read(path: &Path) -> Result<Vec<(String, String)>, EnvironmentFileError> {
    let unreadable = |source| EnvironmentFileError::Unreadable { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    dotenvy::from_read_iter(text.as_bytes())
        .map(|item| {
            item.map_err(|error| match error {
                dotenvy::Error::LineParse(content, _) => {
                    EnvironmentFileError::Syntax { path: path.to_owned(), line: line_number(text, &content) }
                }
                dotenvy::Error::Io(source) => unreadable(source),
                other => unreadable(std::io::Error::other(other.to_string())),
            })
        })
        .collect()
}

fn line_number(text: &str, content: &str) -> usize {
    let first = content.lines().next().unwrap_or_default().trim();
    text.lines().position(|line| line.trim() == first).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::read;

    fn file(text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_byte_order_mark_comments_and_quotes_are_understood() {
        let (_folder, path) = file("\u{feff}A=1\n# comment\nexport B='two words'\nC=\"x\" # y\n");
        let expected = [("A", "1"), ("B", "two words"), ("C", "x")];
        assert_eq!(read(&path).unwrap(), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn a_broken_line_is_named_by_its_number_and_not_shown() {
        let (_folder, path) = file("A=1\n\nDATABASE URL=postgres://u:hunter2secret@h/d\n");
        let error = read(&path).unwrap_err();
        assert!(error.to_string().starts_with("line 3 of "), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2secret"));
    }
}
