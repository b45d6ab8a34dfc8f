//! Texts that a block assembles for `EXECUTE`, with a placeholder where only the server knows what will stand there.
//!
//! It must not tell what a text does, nor drop one.

use crate::literal::literal;
use crate::token::{Kind, Token};

/// Text that is not known. The lexer takes characters of Unicode's private use area for words.
pub(crate) const UNKNOWN: char = '\u{e000}';
const UNKNOWN_BETWEEN: &str = " \u{e000} ";
/// A name that is not known.
pub(crate) const UNKNOWN_NAME: char = '\u{e001}';
const UNKNOWN_NAME_BETWEEN: &str = " \u{e001} ";

/// Tells whether the token stands for text that is not known.
pub(crate) fn is_unknown(token: &Token<'_>) -> bool {
    token.text.chars().eq([UNKNOWN])
}

/// The string constants of some code, those that `||` joins as one text.
pub(crate) fn assembled_texts(tokens: &[Token<'_>]) -> Vec<String> {
    let mut texts = Vec::new();
    let mut current: Option<String> = None;
    let mut end_of_last = 0;
    let mut index = 0;
    while index < tokens.len() {
        let Some(constant) = literal(&tokens[index..]) else {
            index += 1;
            continue;
        };
        let gap = &tokens[end_of_last..index];
        current = Some(match current.take() {
            Some(text) if joins(gap) && gap.len() == 2 => text + &constant.text,
            Some(text) if joins(gap) => text + UNKNOWN_BETWEEN + &constant.text,
            last => {
                texts.extend(last.map(|text| if starts_joined(gap) { text + UNKNOWN_BETWEEN } else { text }));
                if ends_joined(gap) { UNKNOWN_BETWEEN.to_owned() + &constant.text } else { constant.text }
            }
        });
        index += constant.tokens;
        end_of_last = index;
    }
    let gap = &tokens[end_of_last..];
    texts.extend(current.map(|text| if starts_joined(gap) { text + UNKNOWN_BETWEEN } else { text }));
    texts.iter().map(|text| with_arguments(text)).collect()
}

/// Tells whether the tokens between two constants make one text of both: `|| name ||`.
fn joins(gap: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    let is_one_operand = gap.iter().all(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close if depth == 0 => return false,
            Kind::Close => depth -= 1,
            Kind::Comma => return depth > 0,
            Kind::Semicolon => return false,
            _ => {}
        }
        true
    });
    is_one_operand && depth == 0 && starts_joined(gap) && ends_joined(gap)
}

fn starts_joined(gap: &[Token<'_>]) -> bool {
    gap.len() >= 2 && gap[..2].iter().all(|token| token.text == "|")
}

fn ends_joined(gap: &[Token<'_>]) -> bool {
    gap.len() >= 2 && gap[gap.len() - 2..].iter().all(|token| token.text == "|")
}

/// A text with placeholders for what `format` puts in.
fn with_arguments(text: &str) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, specifier)) = rest.split_once('%') {
        filled.push_str(before);
        let width = specifier
            .find(|character: char| !character.is_ascii_digit() && !"$-*".contains(character))
            .unwrap_or(specifier.len());
        let (replaced, length) = match specifier[width..].chars().next() {
            Some('s') => (UNKNOWN_BETWEEN, width + 1),
            Some('I') => (UNKNOWN_NAME_BETWEEN, width + 1),
            Some('L') => (" '' ", width + 1),
            Some('%') if width == 0 => ("%", 1),
            _ => ("%", 0),
        };
        filled.push_str(replaced);
        rest = &specifier[length..];
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::assembled_texts;
    use crate::token::{Token, significant_tokens};

    #[test]
    fn constants_are_joined_as_the_server_joins_them() {
        for (code, expected) in [
            ("execute 'create ' || 'role x'", vec!["create role x"]),
            ("execute 'drop ' || kind || ' x'", vec!["drop  \u{e000}  x"]),
            ("execute 'drop ' || kind", vec!["drop  \u{e000} "]),
            ("execute kind || ' role x'", vec![" \u{e000}  role x"]),
            ("a := 'a' || b; c := d || 'e'", vec!["a \u{e000} ", " \u{e000} e"]),
            ("concat('a' || b, c || 'd')", vec!["a \u{e000} ", " \u{e000} d"]),
            ("'a' || f(b, c) || 'd'", vec!["a \u{e000} d"]),
            ("format('a %I %2$s %L %%', 'b')", vec!["a  \u{e001}   \u{e000}   ''  %", "b"]),
            ("'a' || case when b then 'c' else 'd' end || 'e'", vec!["a \u{e000} ", "c", "d", " \u{e000} e"]),
        ] {
            let tokens: Vec<Token<'_>> = significant_tokens(code).collect();
            assert_eq!(assembled_texts(&tokens), expected, "{code}");
        }
    }
}
