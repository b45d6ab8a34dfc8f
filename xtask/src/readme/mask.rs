//! What is different at each run or on each machine, made equal: durations, sizes, moments, addresses, identifiers,
//! and the server's version.
//!
//! Must not hide a count: `39 indexes` is a promise.

/// What stands for anything that was made equal.
const MASK: &str = "#";

/// The text with what is different each time made equal.
pub(super) fn mask(text: &str) -> String {
    // Whether a shadow server has to be started, and what it has kept, differs from run to run.
    let lines = text.lines().filter(|line| !line.starts_with("shadow server: "));
    lines.map(mask_line).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn mask_line(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let neighbour = |index: Option<usize>| index.and_then(|index| words.get(index)).map(|word| trimmed(word));
    let masked = words.iter().enumerate().map(|(index, word)| {
        let core = trimmed(word);
        let (before, after) = (neighbour(index.checked_sub(1)), neighbour(Some(index + 1)));
        if differs_each_time(core, before, after) { word.replace(core, MASK) } else { (*word).to_owned() }
    });
    masked.collect::<Vec<_>>().join(" ")
}

fn differs_each_time(word: &str, before: Option<&str>, after: Option<&str>) -> bool {
    let unit = unit_after_number(word);
    let is_measure = unit.is_some_and(is_unit) || (unit == Some("") && after.is_some_and(is_unit));
    let is_version = unit == Some("") && before == Some("PostgreSQL");
    // The same step takes 900 ms on one machine and 1.1 s on another.
    let is_unit_of_time = ["ms", "s"].contains(&word) && before.and_then(unit_after_number) == Some("");
    is_measure
        || is_version
        || is_unit_of_time
        || word.contains("://")
        || is_moment(word)
        || is_address(word)
        || is_identifier(word)
}

/// What follows the number that the word begins with.
fn unit_after_number(word: &str) -> Option<&str> {
    let begins = word.starts_with(|letter: char| letter.is_ascii_digit());
    begins.then(|| word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.'))
}

fn is_unit(word: &str) -> bool {
    ["ns", "µs", "us", "ms", "s", "min", "h", "second", "seconds", "minutes", "bytes", "kB", "MB", "GB"]
        .contains(&word)
}

fn trimmed(word: &str) -> &str {
    word.trim_matches(|letter: char| !letter.is_alphanumeric())
}

/// `2026-01-31`, `12:30:05`, and both together.
fn is_moment(word: &str) -> bool {
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let marks = word.matches([':', '-']).count();
    let is_plain = word.chars().all(|letter| letter.is_ascii_digit() || ":-.+TZ".contains(letter));
    is_plain && marks >= 2 && digits >= 5
}

/// `127.0.0.1:5432`
fn is_address(word: &str) -> bool {
    word.split_once(':').is_some_and(|(host, port)| {
        let is_number = |text: &str| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit());
        host.split('.').count() == 4 && host.split('.').all(is_number) && is_number(port)
    })
}

/// Hexadecimal names of runs and checksums: digits and letters, at least twelve.
fn is_identifier(word: &str) -> bool {
    let is_hexadecimal = word.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '-');
    let has = |kind: fn(&char) -> bool| word.chars().any(|letter| kind(&letter));
    is_hexadecimal && word.len() >= 12 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_made_equal() {
        assert_eq!(mask("applied in 12 ms (0.4s)"), "applied in # # (#)");
        assert_eq!(mask("(900 ms), s"), mask("(1.1 s), s"));
        assert_eq!(mask("at 2026-01-31T12:30:05Z, 12:30:05"), "at #, #");
        assert_eq!(mask("run 3f2a9c01d4e5b678"), "run #");
        assert_eq!(mask("on postgresql://me@127.0.0.1:5000/herbs"), "on #");
    }

    #[test]
    fn the_server_and_its_size_are_made_equal() {
        let line = "herbs on PostgreSQL 15.14 at 127.0.0.1:5432, user me, 7.3 MB, 0 tables";
        assert_eq!(mask(line), "herbs on PostgreSQL # at #, user me, # MB, 0 tables");
    }

    #[test]
    fn counts_and_the_versions_of_migrations_stay() {
        for text in ["39 indexes verified", "auth/20251019000000_init", "40 of 40 tables", "20251116000000"] {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn the_width_of_a_column_may_change_with_a_time() {
        assert_eq!(mask("a     9 ms   done"), mask("a  1009 ms   done"));
    }
}
