//! What is different at each run, made equal: numbers with a unit of time, times of day, long numbers and identifiers.
//!
//! Must not hide a count: `39 indexes` is a promise.

/// The text with what is different at each run made equal.
pub(super) fn mask(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let masked =
            words.iter().enumerate().map(|(index, word)| mask_word(word, words.get(index + 1).copied()));
        masked.collect::<Vec<_>>().join(" ")
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn mask_word(word: &str, next: Option<&str>) -> String {
    let core = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    let is_duration = unit_after_number(core).is_some_and(is_unit);
    let is_number_of_units =
        unit_after_number(core) == Some("") && next.is_some_and(|next| is_unit(trimmed(next)));
    if is_duration || is_number_of_units {
        return word.replace(core, "#");
    }
    if word.contains("://") || is_moment(core) || is_identifier(core) {
        return word.replace(core, "#");
    }
    word.to_owned()
}

/// What follows the number that the word begins with.
fn unit_after_number(word: &str) -> Option<&str> {
    let begins = word.starts_with(|letter: char| letter.is_ascii_digit());
    begins.then(|| word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.'))
}

fn is_unit(word: &str) -> bool {
    ["ns", "µs", "us", "ms", "s", "min", "h", "second", "seconds", "minutes"].contains(&word)
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
        assert_eq!(mask("applied in 12 ms (0.4s)"), "applied in # ms (#)");
        assert_eq!(mask("at 2026-01-31T12:30:05Z, 12:30:05"), "at #, #");
        assert_eq!(mask("run 3f2a9c01d4e5b678"), "run #");
        assert_eq!(mask("on postgresql://me@127.0.0.1:5000/herbs"), "on #");
    }

    #[test]
    fn counts_versions_and_words_stay() {
        for text in ["39 indexes verified", "auth/20251019000000_init", "PostgreSQL 15.14", "20251116000000"]
        {
            assert_eq!(mask(text), text);
        }
    }

    #[test]
    fn the_width_of_a_column_may_change_with_a_time() {
        assert_eq!(mask("a     9 ms   done"), mask("a  1009 ms   done"));
    }
}
