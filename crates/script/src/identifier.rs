//! Names as PostgreSQL stores them.
//!
//! It must not look anything up: only folding, quotes and length.

use crate::token::{Kind, Token};

/// The name of an object that lives in a schema, as the catalog writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectName {
    /// The schema, if the statement names it.
    pub schema: Option<String>,
    /// The name, folded to lower case or freed of its quotes, and cut to PostgreSQL's 63 bytes.
    pub name: String,
}

/// `NAMEDATALEN - 1`: PostgreSQL cuts longer names, with a notice.
pub(crate) const LENGTH_LIMIT: usize = 63;

/// The name that a token stands for. `None` for what is no name, and for `U&"..."`, whose escapes are not resolved here.
pub(crate) fn name(token: &Token<'_>) -> Option<String> {
    let mut name = match token.kind {
        Kind::Word => token.text.to_ascii_lowercase(),
        Kind::QuotedName => token.text.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""),
        _ => return None,
    };
    name.truncate(name.floor_char_boundary(LENGTH_LIMIT));
    Some(name)
}

/// The object that the tokens begin with, and what follows it.
pub(crate) fn object_name<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<(ObjectName, &'t [Token<'a>])> {
    let (first, rest) = tokens.split_first()?;
    match rest {
        [dot, second, rest @ ..] if dot.kind == Kind::Dot => {
            Some((ObjectName { schema: Some(name(first)?), name: name(second)? }, rest))
        }
        _ => Some((ObjectName { schema: None, name: name(first)? }, rest)),
    }
}
