//! What differs from run to run and from machine to machine, replaced by a word in brackets.
//!
//! Must not hide what a person would read: only times, sizes, processes, ports, places and names made up for the test.

use std::iter::once;

/// A shape and the word that stands for it. In a shape `N` is a number of any length, `H` a hexadecimal one, everything else
/// itself.
const SHAPES: &[(&str, &str)] = &[
    ("N-N-N N:N:N UTC", "[moment]"),
    ("N-N-NTN:N:N.NZ", "[moment]"),
    ("N-N-NTN:N:NZ", "[moment]"),
    ("N min N s", "[time]"),
    ("N.N s)", "[time])"),
    ("in N.N s", "in [time]"),
    ("for N.N s", "for [time]"),
    ("N ms", "[time]"),
    ("<1 ms", "[time]"),
    ("waited N s", "waited [time]"),
    ("N.N MB", "[size]"),
    ("N.N kB", "[size]"),
    ("N kB", "[size]"),
    ("N of N in use", "[some] of [all] in use"),
    ("pg_dump N.N", "pg_dump [version]"),
    ("pg_restore N.N", "pg_restore [version]"),
    ("psql N.N", "psql [version]"),
    ("N bytes", "[size]"),
    ("PostgreSQL N.N", "PostgreSQL [version]"),
    ("crosstrack/N.N.N run=H", "crosstrack/[version] run=[token]"),
    ("process N", "process [pid]"),
    ("port N", "port [port]"),
    ("port=N", "port=[port]"),
    ("127.0.0.1:N", "127.0.0.1:[port]"),
    ("_N-N-N-N-N.dump", "_[moment].dump"),
    ("_N-N-N-N.dump", "_[moment].dump"),
    ("/N-N-N-N_new", "/[now]_new"),
    ("/N_new", "/[now]_new"),
    ("os error N", "os error [number]"),
];

/// The words that stand for what a test has made up, and the shapes of what nobody has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask {
    words: Vec<(String, String)>,
}

impl Mask {
    /// Lets `word` stand for `text`.
    pub(crate) fn hide(&mut self, text: impl Into<String>, word: &str) {
        self.words.push((text.into(), word.to_owned()));
        // A database's name may begin with that of a role: the longest first.
        self.words.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        let known = self.words.iter().fold(text.to_owned(), |text, (name, word)| text.replace(name, word));
        let shaped = replace_shapes(&known);
        shaped.lines().flat_map(|line| once(line.trim_end()).chain(once("\n"))).collect()
    }
}

fn replace_shapes(text: &str) -> String {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let starts_a_word = !masked.ends_with(|c: char| c.is_ascii_digit() || c == '.');
        let found = SHAPES
            .iter()
            .filter(|_| starts_a_word)
            .find_map(|(shape, word)| length(shape, rest).map(|length| (length, *word)));
        let (length, word) = found.unwrap_or((letter.len_utf8(), &rest[..letter.len_utf8()]));
        masked += word;
        rest = &rest[length..];
    }
    masked
}

/// How much of the text the shape takes, if the text begins with it.
fn length(shape: &str, text: &str) -> Option<usize> {
    let mut at = 0;
    for letter in shape.chars() {
        let rest = &text[at..];
        at += match letter {
            'N' => span(rest, |c| c.is_ascii_digit())?,
            'H' => span(rest, |c| c.is_ascii_hexdigit())?,
            _ => rest.starts_with(letter).then(|| letter.len_utf8())?,
        };
    }
    Some(at)
}

fn span(text: &str, belongs: impl Fn(char) -> bool) -> Option<usize> {
    let length = text.find(|c| !belongs(c)).unwrap_or(text.len());
    (length > 0).then_some(length)
}

#[test]
fn what_differs_is_masked_and_nothing_else() {
    let mut mask = Mask::default();
    mask.hide("test_7_1_shop", "[database]");
    let text = "  applied auth/20250101000000_users (12 ms) on test_7_1_shop, PostgreSQL 15.18, 7.4 MB \n\
                process 4711, crosstrack/0.1.0 run=1f3a9c04, since 2025-10-19 12:00:00 UTC, 39 of 39 indexes";
    assert_eq!(
        mask.apply(text),
        "  applied auth/20250101000000_users ([time]) on [database], PostgreSQL [version], [size]\n\
         process [pid], crosstrack/[version] run=[token], since [moment], 39 of 39 indexes\n"
    );
}
