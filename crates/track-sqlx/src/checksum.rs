//! sqlx's checksum: SHA-384 of the script's bytes, without the characters that `sqlx.toml` says to ignore.

use sha2::{Digest, Sha384};

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The checksums by which sqlx's ledger may know a script: first the one that sqlx would write now, then those of the same
/// script with other line endings, with or without a byte-order mark.
pub(crate) fn acceptable(sql: &str, ignored: &[char]) -> Vec<Vec<u8>> {
    let plain = sql.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sql).replace("\r\n", "\n");
    let windows = plain.replace('\n', "\r\n");
    let mut checksums = vec![checksum(sql, ignored)];
    let mut add = |text: &str| {
        let checksum = checksum(text, ignored);
        if !checksums.contains(&checksum) {
            checksums.push(checksum);
        }
    };
    add(&plain);
    add(&windows);
    add(&format!("{BYTE_ORDER_MARK}{plain}"));
    add(&format!("{BYTE_ORDER_MARK}{windows}"));
    checksums
}

fn checksum(sql: &str, ignored: &[char]) -> Vec<u8> {
    let mut digest = Sha384::new();
    for part in sql.split(ignored) {
        digest.update(part);
    }
    digest.finalize().to_vec()
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
