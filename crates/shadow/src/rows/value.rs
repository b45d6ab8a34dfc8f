//! Values for a column by its type, as SQL expressions: a small one, one at the edge of the type, and more that differ.
//!
//! Must not know a check; two columns of one type get different values, so that it shows when they are swapped.

use crosstrack_database::quote_literal;

use crate::rows::builtin;
use crate::rows::shape::{Column, Form, Shape, TypeUse};

/// The longest text.
const LONGEST: usize = 2000;

/// A column that gets values.
#[derive(Clone, Copy)]
pub(crate) struct Samples<'a> {
    pub(crate) shape: &'a Shape,
    pub(crate) column: &'a Column,
}

impl Samples<'_> {
    /// The values of the column's type; that of a domain is the type below it.
    pub(crate) fn values(&self) -> Vec<String> {
        self.of(&self.column.kind, 0)
    }

    fn of(&self, kind: &TypeUse, depth: u8) -> Vec<String> {
        let found = self.shape.types.get(&kind.number).filter(|_| depth < 8);
        let part = |part: &TypeUse| self.of(part, depth + 1);
        let seed = self.seed();
        match found.map(|found| (&found.form, &found.name)) {
            Some((Form::Enum(labels), _)) => {
                let mut labels: Vec<String> =
                    labels.iter().rev().map(|label| format!("{label}::{}", kind.text)).collect();
                if !labels.is_empty() {
                    let first = seed % labels.len();
                    labels.rotate_left(first);
                }
                labels
            }
            Some((Form::Domain { base, .. }, _)) => part(base),
            Some((Form::Composite(attributes), _)) => composites(&kind.text, attributes, part),
            Some((Form::Range(bound), name)) => {
                part(bound).iter().map(|value| format!("{name}({value}, {value}, '[]')")).collect()
            }
            Some((Form::Array(element), _)) => {
                let element = TypeUse {
                    number: *element,
                    modifier: kind.modifier,
                    text: kind.text.trim_end_matches("[]").to_owned(),
                };
                arrays(&kind.text, &part(&element))
            }
            _ => {
                let texts = self.base(kind, seed);
                texts.iter().map(|text| format!("{}::{}", quote_literal(text), kind.text)).collect()
            }
        }
    }

    fn seed(&self) -> usize {
        usize::try_from(self.column.number).unwrap_or_default()
    }

    /// The texts of the values of a type that has no parts.
    fn base(&self, kind: &TypeUse, seed: usize) -> Vec<String> {
        let name = kind.text.split('(').next().unwrap_or_default().trim();
        let limit = usize::try_from(kind.modifier).ok();
        match name {
            "smallint" => self.integers(i64::from(i16::MAX)),
            "integer" => self.integers(i64::from(i32::MAX)),
            "bigint" => self.integers(i64::MAX),
            "numeric" => numerics(kind.modifier, seed),
            "bit" => bits(limit.unwrap_or(1), seed, true),
            "bit varying" => bits(limit.unwrap_or(12), seed, false),
            "character varying" | "character" | "text" | "name" => {
                let limit = limit.map(|limit| limit.saturating_sub(4));
                self.texts(if name == "name" { Some(40) } else { limit })
            }
            "vector" | "halfvec" => vectors(limit.unwrap_or(3), seed),
            _ => builtin::texts(&kind.text, seed).unwrap_or_else(|| self.texts(None)),
        }
    }

    fn integers(&self, last: i64) -> Vec<String> {
        let start = i64::from(self.column.number % 100) * 10;
        // A later foreign key on such a column finds the first ids.
        if self.column.name.ends_with("_id") {
            return (0..8).map(|row| ((row + start / 10) % 3 + 1 + row / 3 * 3).to_string()).collect();
        }
        let small = [start + 1, last - start, start + 2, 0, start + 3, -start, start + 4, start + 5];
        small.iter().map(ToString::to_string).collect()
    }

    /// Texts that differ by column and row; the second is as long as the type allows.
    fn texts(&self, limit: Option<usize>) -> Vec<String> {
        let seed = self.seed();
        let short = |row: usize| {
            format!("{} {}", ["first", "third", "fourth", "fifth", "sixth"][row], self.column.name)
        };
        let edge = format!("{} it's \"second\" \\ ä€ {}", self.column.name, "and is long enough to be cut ");
        let mut texts = vec![short(0), edge, short(1), short(2), short(3), short(4)];
        let Some(limit) = limit.map(|limit| limit.min(LONGEST)) else { return texts };
        for (row, text) in texts.iter_mut().enumerate() {
            let letter = char::from(b'a' + u8::try_from((seed * 7 + row) % 26).unwrap_or_default());
            *text = match limit {
                0..=12 => letter.to_string(),
                _ => text.chars().take(limit).collect(),
            };
            if row == 1 {
                let missing = limit - text.chars().count();
                *text += &letter.to_string().repeat(missing);
            }
        }
        texts
    }
}

fn composites(text: &str, attributes: &[TypeUse], part: impl Fn(&TypeUse) -> Vec<String>) -> Vec<String> {
    let parts: Vec<Vec<String>> = attributes.iter().map(part).collect();
    let row = |row: usize| {
        let values = parts.iter().map(|values| match values.len() {
            0 => "NULL",
            length => &values[row % length],
        });
        format!("ROW({})::{text}", values.collect::<Vec<_>>().join(", "))
    };
    (0..6).map(row).collect()
}

fn arrays(text: &str, elements: &[String]) -> Vec<String> {
    let at = |place: usize| elements.get(place % elements.len().max(1)).map_or("NULL", String::as_str);
    let mut arrays =
        vec![format!("ARRAY[{}]::{text}", at(0)), format!("ARRAY[{}, {}]::{text}", at(1), at(2))];
    arrays.extend([
        format!("ARRAY[]::{text}"),
        format!("ARRAY[{}, {}, {}]::{text}", at(2), at(0), at(1)),
        format!("ARRAY[{}, {}]::{text}", at(0), at(2)),
        format!("ARRAY[{}]::{text}", at(3)),
    ]);
    arrays
}

/// The second has all the digits that the type allows.
fn numerics(modifier: i32, seed: usize) -> Vec<String> {
    if modifier < 4 {
        let edge = format!("{seed}12345678901234567890.1234567{}", seed % 9 + 1);
        return vec![
            format!("{seed}.5"),
            edge,
            format!("{seed}.25"),
            "0".into(),
            "1".into(),
            format!("-{seed}"),
        ];
    }
    let precision = (modifier - 4) >> 16 & 0xffff;
    // Eleven bits with a sign, since version 15; before, it was never below zero.
    let scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
    let (whole, behind) = (usize::try_from(precision - scale), usize::try_from(scale));
    let (Ok(whole), Ok(behind)) = (whole, behind) else { return vec!["0".into()] };
    let mut edge = "9".repeat(whole.max(1));
    if behind > 0 {
        edge += &format!(".{}{}", "9".repeat(behind - 1), seed % 9 + 1);
    }
    if whole == 0 {
        edge.replace_range(..1, "0");
    }
    let small = |row: usize| if whole == 0 { format!("0.{row}") } else { row.to_string() };
    let tenths = |row: usize| {
        if behind == 0 {
            small(row)
        } else {
            format!("{}.{}", small(row).split('.').next().unwrap_or("0"), seed % 9 + 1)
        }
    };
    vec![tenths(1), edge, tenths(2), small(0), small(3), small(4)]
}

fn bits(length: usize, seed: usize, is_fixed: bool) -> Vec<String> {
    let length = length.min(LONGEST);
    let digits = |row: usize| {
        let length = if is_fixed || row == 1 { length } else { length.div_ceil(2) };
        let value = seed * 5 + row + 1;
        (0..length).map(|place| if value >> (place % 16) & 1 == 1 { '1' } else { '0' }).collect()
    };
    (0..6).map(digits).collect()
}

fn vectors(length: usize, seed: usize) -> Vec<String> {
    let row = |row: usize| {
        let numbers: Vec<String> = (0..length).map(|place| (seed + row + place % 7).to_string()).collect();
        format!("[{}]", numbers.join(","))
    };
    (0..6).map(row).collect()
}
