//! Values that a check may want: its own constants, their neighbours, texts of the lengths and patterns that it names.
//!
//! Must not judge a check: the server says which of them pass.

use std::iter::Peekable;
use std::str::Chars;

use crosstrack_database::quote_literal;

use crate::rows::pattern;
use crate::rows::shape::{Form, Shape, TypeUse};

/// Texts that checks often ask for.
const USUAL: [&str; 16] = [
    "a",
    "A",
    "abc",
    "ABC",
    "a-b",
    "a_b",
    "1",
    "007",
    "a@example.org",
    "https://example.org/a",
    "example.org",
    "+12025550123",
    "#a1b2c3",
    "2025-01-31",
    "en",
    "",
];

/// The constants in an expression.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Constants {
    texts: Vec<String>,
    numbers: Vec<String>,
}

impl Constants {
    /// Reads them from an expression as the server writes it.
    pub(crate) fn of(expression: &str) -> Self {
        let mut found = Self::default();
        let mut rest = expression.chars().peekable();
        let mut before = ' ';
        while let Some(letter) = rest.next() {
            if letter == '\'' {
                let text = quoted_text(&mut rest);
                found.texts.push(if before == 'E' { text.replace("\\\\", "\\") } else { text });
            } else if letter == '"' {
                rest.by_ref().take_while(|next| *next != '"').for_each(drop);
            } else if letter.is_ascii_digit() && !before.is_alphanumeric() && before != '_' {
                let mut number = String::from(letter);
                while let Some(next) = rest.next_if(|next| next.is_ascii_digit() || *next == '.') {
                    number.push(next);
                }
                found.numbers.push(if before == '-' { format!("-{number}") } else { number });
            }
            before = letter;
        }
        found
    }

    /// Values of a type that may be wanted, as SQL expressions.
    pub(crate) fn values(&self, shape: &Shape, kind: &TypeUse) -> Vec<String> {
        let quoted = |text: &String| format!("{}::{}", quote_literal(text), kind.text);
        match shape.types.get(&kind.number).map(|found| &found.form) {
            Some(Form::Domain { base, .. }) => return self.values(shape, base),
            Some(Form::Enum(labels)) => {
                let is_label = |text: &&String| labels.contains(&quote_literal(text));
                return self.texts.iter().filter(is_label).map(quoted).collect();
            }
            Some(Form::Array(_)) => return self.arrays(&kind.text),
            Some(Form::Composite(_) | Form::Range(_)) => return Vec::new(),
            Some(Form::Base) | None => {}
        }
        let name = kind.text.split('(').next().unwrap_or_default().trim();
        match name {
            "smallint" | "integer" | "bigint" => self.whole_numbers().iter().map(quoted).collect(),
            "numeric" | "real" | "double precision" | "money" => {
                let plain = self.numbers.iter().chain(&self.texts).filter(|text| text.parse::<f64>().is_ok());
                plain.chain(&self.whole_numbers()).map(quoted).collect()
            }
            "character varying" | "character" | "text" | "name" | "citext" | "public.citext" => {
                let limit = usize::try_from(kind.modifier - 4).unwrap_or(usize::MAX);
                self.words(limit).iter().map(quoted).collect()
            }
            "jsonb" | "json" => {
                ["{}", "[]", "\"a\"", "1", "true"].map(|text| quoted(&text.to_owned())).to_vec()
            }
            _ => self.texts.iter().filter(|text| may_be(text, name)).map(quoted).collect(),
        }
    }

    fn arrays(&self, text: &str) -> Vec<String> {
        let one = |value: &String| format!("ARRAY[{}]::{text}", quote_literal(value));
        let is_number = text.starts_with("int") || text.starts_with("bigint") || text.starts_with("smallint");
        if is_number { self.numbers.iter().map(one).collect() } else { self.texts.iter().map(one).collect() }
    }

    fn whole_numbers(&self) -> Vec<String> {
        let constants = self.numbers.iter().chain(&self.texts);
        let parsed: Vec<i64> = constants.filter_map(|number| number.parse().ok()).collect();
        let near =
            [0, 1, -1].iter().flat_map(|step| parsed.iter().map(move |number| number.saturating_add(*step)));
        near.chain([1, 2, 0, 10, 100]).map(|number| number.to_string()).collect()
    }

    fn words(&self, limit: usize) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for text in &self.texts {
            if let Some(match_) = pattern::matching(text) {
                words.extend(match_);
            }
            words.push(text.clone());
            if text.contains(['%', '_']) {
                words.push(text.replace('%', "").replace('_', "a"));
            }
        }
        for length in self.numbers.iter().filter_map(|number| number.parse::<usize>().ok()) {
            let lengths = [length, length + 1, length.saturating_sub(1)];
            let fitting = lengths.into_iter().filter(|length| *length <= limit.min(2000));
            words.extend(fitting.map(|length| "abcdefghij".chars().cycle().take(length).collect()));
        }
        words.extend(USUAL.map(str::to_owned));
        words.retain(|word| word.chars().count() <= limit);
        words
    }
}

/// The rest of a constant whose first quote was read.
fn quoted_text(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(letter) = rest.next() {
        if letter == '\'' && rest.next_if_eq(&'\'').is_none() {
            break;
        }
        text.push(letter);
    }
    text
}

/// A constant that has no other form than such a type's is never refused as one.
fn may_be(text: &str, name: &str) -> bool {
    let is_day = text.len() >= 10
        && text.as_bytes()[4] == b'-'
        && text.as_bytes()[7] == b'-'
        && text.starts_with(|letter: char| letter.is_ascii_digit());
    match name {
        "date" | "timestamp" | "timestamp without time zone" | "timestamp with time zone" => is_day,
        "time without time zone" => text.len() == 8 && text.as_bytes()[2] == b':',
        "uuid" => text.len() == 36 && text.matches('-').count() == 4,
        "boolean" => matches!(text, "true" | "false" | "t" | "f"),
        "\"char\"" => text.len() == 1,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Constants;

    #[test]
    fn constants_are_texts_and_numbers_outside_of_names() {
        let expression = "((a1 > '-5'::integer) AND (\"b 7\" = 'it''s'::text) AND (c <= 12.5) AND (d = -3))";
        let found = Constants::of(expression);
        assert_eq!(found.texts, ["-5", "it's"]);
        assert_eq!(found.numbers, ["12.5", "-3"]);
    }
}
