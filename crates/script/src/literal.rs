//! The text that a string constant or a name stands for, with its escapes resolved.
//!
//! It must not judge the text: an escape that PostgreSQL would refuse stands for some character.

use std::iter::Peekable;
use std::str::Chars;

use crate::block::inside_dollars;
use crate::identifier::{LENGTH_LIMIT, name};
use crate::token::{Kind, Token};

/// A text and the number of tokens that it was written with.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) text: String,
    pub(crate) tokens: usize,
}

/// Rules by which the inside of quotes is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    /// `E'...'`
    Backslash,
    /// `U&'...'`
    Unicode(char),
}

/// Tells whether the token is a constant of text. Bit strings are none.
pub(crate) fn is_literal(token: &Token<'_>) -> bool {
    token.kind == Kind::DollarQuoted || opened(token).is_some()
}

/// The string constant that the tokens begin with: the pieces of one that continues on another line are one.
pub(crate) fn literal(tokens: &[Token<'_>]) -> Option<Resolved> {
    let (first, rest) = tokens.split_first()?;
    if first.kind == Kind::DollarQuoted {
        return Some(Resolved { text: inside_dollars(first.text).to_owned(), tokens: 1 });
    }
    let (escapes, _) = opened(first)?;
    let is_continuation = |token: &&Token<'_>| token.kind == Kind::Other && token.text.starts_with('\'');
    let pieces = 1 + rest.iter().take_while(is_continuation).count();
    let (escapes, clause) = with_clause(escapes, &tokens[pieces..]);
    let inside = |token: &Token<'_>| {
        let quoted = token.text.find('\'').map_or("", |quote| &token.text[quote + 1..]);
        resolve(quoted.strip_suffix('\'').unwrap_or(quoted), '\'', escapes)
    };
    Some(Resolved { text: tokens[..pieces].iter().map(inside).collect(), tokens: pieces + clause })
}

/// The name that the tokens begin with, as the catalog writes it.
pub(crate) fn written_name(tokens: &[Token<'_>]) -> Option<Resolved> {
    let (first, rest) = tokens.split_first()?;
    if let Some(text) = name(first) {
        return Some(Resolved { text, tokens: 1 });
    }
    if first.kind != Kind::QuotedName {
        return None;
    }
    let quoted = first.text.split_once('"')?.1;
    let (escapes, clause) = with_clause(Escapes::Unicode('\\'), rest);
    let mut text = resolve(quoted.strip_suffix('"').unwrap_or(quoted), '"', escapes);
    text.truncate(text.floor_char_boundary(LENGTH_LIMIT));
    Some(Resolved { text, tokens: 1 + clause })
}

fn opened<'a>(token: &Token<'a>) -> Option<(Escapes, &'a str)> {
    if token.kind != Kind::Other {
        return None;
    }
    let (prefix, rest) = token.text.split_once('\'')?;
    let escapes = match prefix {
        "" | "n" | "N" => Escapes::None,
        "e" | "E" => Escapes::Backslash,
        "u&" | "U&" => Escapes::Unicode('\\'),
        _ => return None,
    };
    Some((escapes, rest))
}

/// The escape character of a `UESCAPE '!'`, and its number of tokens.
fn with_clause(escapes: Escapes, rest: &[Token<'_>]) -> (Escapes, usize) {
    match (escapes, rest) {
        (Escapes::Unicode(_), [word, character, ..]) if word.is("uescape") => {
            let escape = character.text.trim_matches('\'').chars().next();
            (Escapes::Unicode(escape.unwrap_or('\\')), 2)
        }
        _ => (escapes, 0),
    }
}

fn resolve(inside: &str, quote: char, escapes: Escapes) -> String {
    let mut text = String::with_capacity(inside.len());
    let mut characters = inside.chars().peekable();
    while let Some(character) = characters.next() {
        match escapes {
            _ if character == quote => {
                characters.next_if_eq(&quote);
                text.push(quote);
            }
            Escapes::Backslash if character == '\\' => text.extend(backslashed(&mut characters)),
            Escapes::Unicode(escape) if character == escape => {
                text.extend(unicode(&mut characters, escape));
            }
            _ => text.push(character),
        }
    }
    text
}

/// The character that is written behind a backslash.
fn backslashed(characters: &mut Peekable<Chars<'_>>) -> Option<char> {
    match characters.next()? {
        'b' => Some('\u{8}'),
        'f' => Some('\u{c}'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'x' => coded(characters, 16, 2),
        'u' => coded(characters, 16, 4),
        'U' => coded(characters, 16, 8),
        digit @ '0'..='7' => {
            let rest = digits(characters, 8, 2);
            char::from_u32(u32::from_str_radix(&format!("{digit}{rest}"), 8).ok()?)
        }
        other => Some(other),
    }
}

fn unicode(characters: &mut Peekable<Chars<'_>>, escape: char) -> Option<char> {
    if characters.next_if_eq(&escape).is_some() {
        return Some(escape);
    }
    let length = if characters.next_if_eq(&'+').is_some() { 6 } else { 4 };
    coded(characters, 16, length)
}

fn coded(characters: &mut Peekable<Chars<'_>>, radix: u32, most: usize) -> Option<char> {
    char::from_u32(u32::from_str_radix(&digits(characters, radix, most), radix).ok()?)
}

fn digits(characters: &mut Peekable<Chars<'_>>, radix: u32, most: usize) -> String {
    let mut digits = String::new();
    while digits.len() < most
        && let Some(digit) = characters.next_if(|character| character.is_digit(radix))
    {
        digits.push(digit);
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::{literal, written_name};
    use crate::token::{Token, significant_tokens};

    #[test]
    fn a_constant_is_read_as_the_server_reads_it() {
        for (sql, expected) in [
            ("'it''s'", "it's"),
            (r"'a\x'", r"a\x"),
            (r"E'\x63\162\u0065ate\trole \'x\' ''y'''", "create\trole 'x' 'y'"),
            (r"U&'\0063re\+000061te \\'", r"create \"),
            ("u&'!0063reate' UESCAPE '!'", "create"),
            ("N'role'", "role"),
            ("'cre'\n  'ate'", "create"),
            ("E'a'\n  '\\x62'", "ab"),
            ("$tag$ it's $$ $tag$", " it's $$ "),
            ("'open", "open"),
            ("'", ""),
            (r"E'\", ""),
        ] {
            let tokens: Vec<Token<'_>> = significant_tokens(sql).collect();
            let resolved = literal(&tokens).unwrap();
            assert_eq!((resolved.text.as_str(), resolved.tokens), (expected, tokens.len()), "{sql}");
        }
        for sql in ["B'1'", "x'1f'", "word", "\"name\"", "1"] {
            assert!(literal(&significant_tokens(sql).collect::<Vec<_>>()).is_none(), "{sql}");
        }
    }

    #[test]
    fn a_name_is_read_as_the_catalog_writes_it() {
        for (sql, expected) in [
            ("Herbs", "herbs"),
            (r#""My ""Role""""#, r#"My "Role""#),
            (r#"U&"d\0061t\+000061""#, "data"),
            (r#"u&"d!0061ta" uescape '!'"#, "data"),
        ] {
            let tokens: Vec<Token<'_>> = significant_tokens(sql).collect();
            let resolved = written_name(&tokens).unwrap();
            assert_eq!((resolved.text.as_str(), resolved.tokens), (expected, tokens.len()), "{sql}");
        }
    }
}
