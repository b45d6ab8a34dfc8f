//! The tokens of a script, reduced to what splitting and reading its first words need.
//!
//! It must not know any grammar: where quotes and comments begin and end, and nothing more.

use squawk_lexer::{LiteralKind, TokenKind};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// White space, or the byte-order mark at the start.
    Space,
    /// `-- ...`
    LineComment,
    /// `/* ... */`, which may be nested.
    BlockComment,
    /// A keyword or a name without quotes.
    Word,
    /// `"..."`
    QuotedName,
    /// `$$...$$` or `$tag$...$tag$`
    DollarQuoted,
    /// `;`
    Semicolon,
    /// `(` or `[`
    Open,
    /// `)` or `]`
    Close,
    /// `,`
    Comma,
    /// `.`
    Dot,
    /// `=`
    Equals,
    /// `\`, which is no SQL at all.
    Backslash,
    /// Operators, numbers, strings.
    Other,
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    pub(crate) text: &'a str,
    /// The byte at which it starts.
    pub(crate) start: usize,
}

impl Token<'_> {
    /// The byte after its last.
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this keyword. `word` is in lower case.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of these keywords.
    pub(crate) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }

    /// Whether it is neither white space nor comment.
    pub(crate) fn is_significant(&self) -> bool {
        !matches!(self.kind, Kind::Space | Kind::LineComment | Kind::BlockComment)
    }
}

/// All tokens of a text; joined, their texts are the text. What is not terminated goes on to the end.
pub(crate) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut start = 0;
    squawk_lexer::tokenize(text).map_while(move |token| {
        let end = start + token.len as usize;
        let slice = text.get(start..end).filter(|slice| !slice.is_empty())?;
        let token = Token { kind: kind_of(token.kind, slice), text: slice, start };
        start = end;
        Some(token)
    })
}

/// The tokens without white space and comments.
pub(crate) fn significant_tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    tokens(text).filter(Token::is_significant)
}

/// What follows the words, if the tokens start with them.
pub(crate) fn after<'t, 'a>(tokens: &'t [Token<'a>], words: &[&str]) -> Option<&'t [Token<'a>]> {
    let (head, tail) = tokens.split_at_checked(words.len())?;
    head.iter().zip(words).all(|(token, word)| token.is(word)).then_some(tail)
}

/// What follows the words if the tokens start with them, otherwise all of them.
pub(crate) fn skip<'t, 'a>(tokens: &'t [Token<'a>], words: &[&str]) -> &'t [Token<'a>] {
    after(tokens, words).unwrap_or(tokens)
}

/// Tells whether `USER` is followed by a mapping, and not by a role that is called so.
pub(crate) fn is_user_mapping(rest: &[Token<'_>]) -> bool {
    after(rest, &["mapping"]).and_then(<[_]>::first).is_some_and(|next| next.is_any(&["for", "if"]))
}

/// The tokens that stand in no brackets.
pub(crate) fn outside_brackets<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let mut depth = 0_usize;
    let mut outside = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(*token),
            _ => {}
        }
    }
    outside
}

/// The tokens of a leading list in parentheses, and what follows it.
pub(crate) fn split_options<'t, 'a>(tokens: &'t [Token<'a>]) -> (&'t [Token<'a>], &'t [Token<'a>]) {
    let Some((open, rest)) = tokens.split_first() else { return (&[], &[]) };
    match rest.iter().position(|token| token.kind == Kind::Close) {
        Some(close) if open.kind == Kind::Open => (&rest[..close], &rest[close + 1..]),
        _ => (&[], tokens),
    }
}

fn kind_of(kind: TokenKind, text: &str) -> Kind {
    match kind {
        TokenKind::Whitespace => Kind::Space,
        TokenKind::LineComment => Kind::LineComment,
        // One that never ends hides the rest of the script: the server has to see it, and to refuse it.
        TokenKind::BlockComment { terminated: true } => Kind::BlockComment,
        TokenKind::Ident => Kind::Word,
        TokenKind::QuotedIdent { .. } => Kind::QuotedName,
        TokenKind::Literal { kind: LiteralKind::DollarQuotedString { .. } } => Kind::DollarQuoted,
        TokenKind::Semi => Kind::Semicolon,
        TokenKind::OpenParen | TokenKind::OpenBracket => Kind::Open,
        TokenKind::CloseParen | TokenKind::CloseBracket => Kind::Close,
        TokenKind::Comma => Kind::Comma,
        TokenKind::Dot => Kind::Dot,
        TokenKind::Eq => Kind::Equals,
        TokenKind::Unknown if text == "\\" => Kind::Backslash,
        _ => Kind::Other,
    }
}
