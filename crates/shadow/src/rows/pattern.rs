//! Texts that match a regular expression of the simple kind that checks have: classes, repetitions, groups, alternatives.
//!
//! Must not promise a match: a construct that is not known is left out, and the server judges the text.

use std::iter::Peekable;
use std::str::Chars;

/// Some texts that match; nothing for a text that is no pattern.
pub(crate) fn matching(pattern: &str) -> Option<Vec<String>> {
    if !pattern.contains(['^', '$', '[', '\\', '+', '*']) {
        return None;
    }
    let made = |pick: usize| Generator { rest: pattern.chars().peekable(), pick }.alternatives(0);
    Some((0..4).map(made).collect())
}

struct Generator<'a> {
    rest: Peekable<Chars<'a>>,
    /// The letters of classes and the alternatives differ by it.
    pick: usize,
}

impl Generator<'_> {
    /// Reads to the end of a group, or of the pattern.
    fn alternatives(&mut self, depth: u8) -> String {
        let mut all = Vec::new();
        loop {
            all.push(self.sequence(depth));
            match self.rest.next() {
                Some('|') => {}
                _ => return all.swap_remove(self.pick % all.len()),
            }
        }
    }

    fn sequence(&mut self, depth: u8) -> String {
        let mut text = String::new();
        while let Some(letter) = self.rest.next_if(|letter| !matches!(letter, '|' | ')')) {
            let pick = self.pick;
            let atom = match letter {
                '^' | '$' => continue,
                '(' if depth > 16 => return text,
                '(' => {
                    if self.rest.next_if_eq(&'?').is_some() {
                        self.rest.next();
                    }
                    self.alternatives(depth + 1)
                }
                '[' => self.class(),
                '.' => "x".to_owned(),
                '\\' => self.escape(),
                other => other.to_string(),
            };
            self.pick = pick;
            text += &atom.repeat(self.repetition());
        }
        text
    }

    fn class(&mut self) -> String {
        let is_negated = self.rest.next_if_eq(&'^').is_some();
        let mut letters: Vec<char> = Vec::new();
        let mut is_first = true;
        while let Some(letter) = self.rest.next() {
            match letter {
                ']' if !is_first => break,
                '[' if self.rest.next_if_eq(&':').is_some() => {
                    let name: String = self.rest.by_ref().take_while(|next| *next != ']').collect();
                    letters.extend(named(name.trim_end_matches(':')).chars());
                }
                '-' if !letters.is_empty() && self.rest.peek().is_some_and(|next| *next != ']') => {
                    let (from, to) = (letters[letters.len() - 1], self.rest.next().unwrap_or('z'));
                    letters.extend((from..=to).skip(1).take(64));
                }
                '\\' => letters.extend(self.escape().chars()),
                other => letters.push(other),
            }
            is_first = false;
        }
        if is_negated {
            letters = ('a'..='z')
                .chain('0'..='9')
                .chain("- _/.".chars())
                .filter(|letter| !letters.contains(letter))
                .collect();
        }
        let place = self.pick % letters.len().max(1);
        letters.get(place).map(ToString::to_string).unwrap_or_default()
    }

    fn escape(&mut self) -> String {
        match self.rest.next() {
            Some('d') => (self.pick % 10).to_string(),
            Some('w') => ["a", "b", "c", "d"][self.pick % 4].to_owned(),
            Some('s') => " ".to_owned(),
            Some('m' | 'M' | 'y' | 'A' | 'Z') | None => String::new(),
            Some(other) => other.to_string(),
        }
    }

    /// The times that the last atom stands there.
    fn repetition(&mut self) -> usize {
        let times = match self.rest.peek() {
            Some('?' | '*') => 0,
            Some('+') => 1,
            Some('{') => {
                let bounds: String = self.rest.by_ref().take_while(|next| *next != '}').collect();
                self.rest.next_if_eq(&'?');
                let least = bounds.trim_start_matches('{').split(',').next().unwrap_or_default();
                return least.parse().unwrap_or(1).min(200);
            }
            _ => return 1,
        };
        self.rest.next();
        self.rest.next_if_eq(&'?');
        // With more than the least, a row is not like another.
        times.max(usize::from(self.pick > 0))
    }
}

fn named(class: &str) -> &'static str {
    match class {
        "digit" => "0123456789",
        "upper" => "ABCDEF",
        "space" => " ",
        "xdigit" => "0123456789abcdef",
        "punct" => ".-",
        _ => "abcdef",
    }
}

#[cfg(test)]
mod tests {
    use super::matching;

    #[test]
    fn texts_match_their_pattern() {
        for (pattern, expected) in [
            ("^[a-z]{2}$", "aa"),
            ("^[A-Za-z0-9._%-]+@[A-Za-z0-9.-]+[.][A-Za-z]+$", "A@A.A"),
            (r"^\d{3}-(ab|cd)?$", "000-"),
            ("^(a|b)[^a]*$", "a"),
            ("^#[[:xdigit:]]{6}$", "#000000"),
            ("^(?:x|y)\\.$", "x."),
        ] {
            assert_eq!(
                matching(pattern).and_then(|texts| texts.first().cloned()).as_deref(),
                Some(expected),
                "{pattern}"
            );
        }
        assert_eq!(matching("plain"), None);
    }
}
