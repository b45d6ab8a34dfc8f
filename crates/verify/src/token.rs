//! The tokens of an SQL expression, without spaces and comments.
//!
//! It must not judge what an expression means.

use squawk_lexer::{LiteralKind, TokenKind, tokenize};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word: a key word or a name that is not quoted.
    Word,
    /// A name in double quotes.
    QuotedName,
    /// A string constant.
    Text,
    /// A numeric constant.
    Number,
    /// An opening parenthesis or bracket.
    Open,
    /// A closing one.
    Close,
    /// A comma.
    Comma,
    /// A dot.
    Dot,
    /// Characters of an operator, such as `::` or `<>`.
    Operator,
}

/// A token and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Where it ends in the text that was read, in bytes; 0 for a token that was made.
    pub(crate) end: usize,
}

impl Token {
    pub(crate) fn new(kind: Kind, text: &str) -> Self {
        Self { kind, text: text.to_owned(), end: 0 }
    }

    /// Whether the token is this word, in any case, or this punctuation.
    pub(crate) fn is(&self, text: &str) -> bool {
        !matches!(self.kind, Kind::QuotedName | Kind::Text) && self.text.eq_ignore_ascii_case(text)
    }

    /// Whether the token is one of these words.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// The tokens of a text, as they are written.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut start = 0;
    // Operators come character by character: those without a space between them are one.
    let mut joins = false;
    for token in tokenize(text) {
        let end = start + token.len as usize;
        let piece = &text[start..end];
        start = end;
        let Some(kind) = kind_of(token.kind) else {
            joins = false;
            continue;
        };
        match tokens.last_mut() {
            Some(last) if kind == Kind::Operator && joins => {
                last.text.push_str(piece);
                last.end = end;
            }
            _ => tokens.push(Token { end, ..Token::new(kind, piece) }),
        }
        joins = kind == Kind::Operator;
    }
    tokens
}

fn kind_of(kind: TokenKind) -> Option<Kind> {
    Some(match kind {
        TokenKind::Whitespace | TokenKind::LineComment | TokenKind::BlockComment { .. } | TokenKind::Eof => {
            return None;
        }
        TokenKind::Ident => Kind::Word,
        TokenKind::QuotedIdent { .. } => Kind::QuotedName,
        TokenKind::Literal { kind: LiteralKind::Int { .. } | LiteralKind::Numeric { .. } } => Kind::Number,
        TokenKind::Literal { .. } => Kind::Text,
        TokenKind::OpenParen | TokenKind::OpenBracket => Kind::Open,
        TokenKind::CloseParen | TokenKind::CloseBracket => Kind::Close,
        TokenKind::Comma => Kind::Comma,
        TokenKind::Dot => Kind::Dot,
        _ => Kind::Operator,
    })
}

/// The part of the text that was read from which these tokens came.
pub(crate) fn source<'a>(text: &'a str, tokens: &[Token]) -> &'a str {
    match tokens {
        [first, .., last] => &text[first.end - first.text.len()..last.end],
        [only] => &text[only.end - only.text.len()..only.end],
        [] => "",
    }
}

/// The position of the token that closes the parenthesis or bracket at `open`.
pub(crate) fn closing(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (position, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(position);
                }
            }
            _ => {}
        }
    }
    None
}

/// The tokens between the commas that stand in no parentheses.
pub(crate) fn items(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    let items = tokens.split(|token| {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        token.kind == Kind::Comma && depth == 0
    });
    items.filter(|item| !item.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{closing, items, tokens};

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn spaces_and_comments_are_no_tokens_and_operators_are_whole() {
        assert_eq!(
            texts("a::text  <> 'it''s' /* why */ AND b>=1.5"),
            ["a", "::", "text", "<>", "'it''s'", "AND", "b", ">=", "1.5"]
        );
    }

    #[test]
    fn a_parenthesis_in_a_text_closes_nothing() {
        let tokens = tokens("(a = ')' or (b))");
        assert_eq!(closing(&tokens, 0), Some(tokens.len() - 1));
        assert_eq!(closing(&tokens[..4], 0), None);
    }

    #[test]
    fn items_stand_between_the_outer_commas() {
        let tokens = tokens("f(a, b), ARRAY[1, 2], c");
        let lengths: Vec<usize> = items(&tokens).iter().map(|item| item.len()).collect();
        assert_eq!(lengths, [6, 6, 1]);
    }
}
