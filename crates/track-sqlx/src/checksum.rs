//! sqlx's checksum: SHA-384 of the script's bytes, without the characters that `sqlx.toml` says to ignore.

use sha2::{Digest, Sha384};

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The checksums by which sqlx's ledger may know a script: first the one that sqlx would write now, then those of the same
/// script with other line endings, with or without a byte-order mark.
pub(crate) fn acceptable(sql: &str, ignored: &[char]) -> Vec<Vec<u8>> {
    let text = sql.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sql);
    let mut checksums = vec![Digest384::new(ignored).with(sql).finish()];
    for mark in ["", BYTE_ORDER_MARK] {
        for ending in ["\n", "\r\n"] {
            let checksum = Digest384::new(ignored).with(mark).with_lines(text, ending).finish();
            if !checksums.contains(&checksum) {
                checksums.push(checksum);
            }
        }
    }
    checksums
}

/// A digest that is fed piece by piece: a script may be large, and each copy of it as large again.
struct Digest384<'a> {
    digest: Sha384,
    ignored: &'a [char],
}

impl<'a> Digest384<'a> {
    fn new(ignored: &'a [char]) -> Self {
        Self { digest: Sha384::new(), ignored }
    }

    fn with(mut self, text: &str) -> Self {
        self.feed(text);
        self
    }

    /// The text with these line endings in the place of its own.
    fn with_lines(mut self, text: &str, ending: &str) -> Self {
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            if lines.peek().is_none() {
                self.feed(line);
            } else {
                self.feed(line.strip_suffix('\r').unwrap_or(line));
                self.feed(ending);
            }
        }
        self
    }

    fn feed(&mut self, text: &str) {
        if self.ignored.is_empty() {
            self.digest.update(text);
            return;
        }
        for part in text.split(self.ignored) {
            self.digest.update(part);
        }
    }

    fn finish(self) -> Vec<u8> {
        self.digest.finalize().to_vec()
    }
}

/// Writes hexadecimal digits.
pub(crate) fn to_hexadecimal(bytes: Option<&Vec<u8>>) -> String {
    bytes.into_iter().flatten().fold(String::new(), |digits, byte| digits + &format!("{byte:02x}"))
}

/// Reads hexadecimal digits; what is none gives no bytes, which no checksum equals.
pub(crate) fn from_hexadecimal(text: &str) -> Vec<u8> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.unwrap_or_default();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::{acceptable, from_hexadecimal};

    #[test]
    fn the_first_is_what_sqlx_itself_writes() {
        let sql = "\u{feff}create table a ();\r\n";
        let theirs = sqlx::migrate::Migration::new(
            1,
            "a".into(),
            sqlx::migrate::MigrationType::Simple,
            sqlx::SqlSafeStr::into_sql_str(sqlx::AssertSqlSafe(sql.to_owned())),
            false,
        );
        assert_eq!(acceptable(sql, &[])[0], theirs.checksum.to_vec());
    }

    #[test]
    fn a_ledger_written_on_another_system_is_accepted() {
        let windows = acceptable("select 1;\r\nselect 2;\r\n", &[]);
        let unix = acceptable("select 1;\nselect 2;\n", &[]);
        assert!(windows.contains(&unix[0]) && unix.contains(&windows[0]));
        assert!(!unix.contains(&acceptable("select 1;\nselect 3;\n", &[])[0]));
    }

    #[test]
    fn ignored_characters_do_not_count() {
        assert_eq!(acceptable("a b\tc", &[' ', '\t'])[0], acceptable("abc", &[])[0]);
    }

    #[test]
    fn hexadecimal_digits_are_bytes() {
        assert_eq!(from_hexadecimal("00ff1a"), [0x00, 0xff, 0x1a]);
        assert_eq!(from_hexadecimal("zz"), Vec::<u8>::new());
    }
}
