//! The fingerprint of a script that ignores what a checkout may change.

use std::fmt::{self, Write as _};

use sha2::{Digest, Sha256};

/// SHA-256 of a script without its byte-order mark and with every line ending as a line feed, in lower-case hexadecimal.
///
/// A checkout with `core.autocrlf` and an editor that writes a byte-order mark change the bytes and not the meaning, so
/// neither counts as an edit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Checksum(String);

impl Checksum {
    /// The checksum of a script's text.
    pub fn of(sql: &str) -> Self {
        let text = sql.strip_prefix('\u{feff}').unwrap_or(sql);
        let mut digest = Sha256::new();
        // Piece by piece: a script may be large, and a copy as large again.
        for (index, piece) in text.split("\r\n").enumerate() {
            if index > 0 {
                digest.update("\n");
            }
            digest.update(piece);
        }
        let mut hexadecimal = String::with_capacity(64);
        for byte in digest.finalize() {
            // Writing to a String cannot fail.
            let _ = write!(hexadecimal, "{byte:02x}");
        }
        Self(hexadecimal)
    }

    /// The checksum of a part of a script, statement by statement: what stands between them does not count.
    pub fn of_statements<'a>(statements: impl IntoIterator<Item = &'a str>) -> Self {
        let mut text = String::new();
        for statement in statements {
            text += statement;
            text += ";\n";
        }
        Self::of(&text)
    }

    /// A checksum that was computed earlier, as the journal keeps it.
    pub fn from_journal(hexadecimal: impl Into<String>) -> Self {
        Self(hexadecimal.into())
    }

    /// The 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    #[test]
    fn line_endings_and_a_byte_order_mark_are_not_an_edit() {
        let plain = Checksum::of("create table a ();\nselect 1;\n");
        assert_eq!(Checksum::of("create table a ();\r\nselect 1;\r\n"), plain);
        assert_eq!(Checksum::of("\u{feff}create table a ();\nselect 1;\n"), plain);
    }

    #[test]
    fn a_changed_letter_is_an_edit() {
        assert_ne!(Checksum::of("create table a ()"), Checksum::of("create table b ()"));
    }
}
