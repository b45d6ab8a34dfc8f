//! The nearest valid word to one that is not valid.
//!
//! It must not decide what is valid.

/// The word that was probably meant, if one of the valid words is near enough.
pub(crate) fn nearest<'a>(word: &str, valid: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    valid
        .into_iter()
        .filter_map(|candidate| distance(&word, candidate).map(|distance| (distance, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Advice that names the word that was probably meant, or else all of them.
pub fn did_you_mean(word: &str, valid: &[&str]) -> Option<String> {
    match (nearest(word, valid.iter().copied()), valid) {
        (_, []) => None,
        (Some(nearest), _) => Some(format!("did you mean `{nearest}`?")),
        (None, [only]) => Some(format!("the only one there is: `{only}`")),
        (None, valid) => Some(format!("one of `{}`", valid.join("`, `"))),
    }
}

fn distance(word: &str, candidate: &str) -> Option<usize> {
    let lower = candidate.to_lowercase();
    if word.len() >= 3 && (lower.starts_with(word) || word.starts_with(&lower)) {
        return Some(0);
    }
    let plain = |text: &str| text.replace(['-', '_', ' '], "");
    let distance = strsim::damerau_levenshtein(&plain(word), &plain(&lower));
    let allowed = (candidate.chars().count() / 3).max(1);
    (distance <= allowed).then_some(distance + 1)
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn a_slip_of_the_finger_and_an_abbreviation_are_near() {
        let valid = ["development", "staging", "production"];
        assert_eq!(nearest("prodcution", valid), Some("production"));
        assert_eq!(nearest("prod", valid), Some("production"));
        assert_eq!(nearest("Staging", valid), Some("staging"));
        assert_eq!(nearest("ssl-mode", ["sslcert", "sslmode"]), Some("sslmode"));
        assert_eq!(nearest("quality", valid), None);
    }

    #[test]
    fn without_a_near_word_all_are_named() {
        assert_eq!(did_you_mean("mongo", &["diesel", "sqlx"]).unwrap(), "one of `diesel`, `sqlx`");
    }
}
