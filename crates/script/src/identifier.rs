//! Names as PostgreSQL stores them.
//!
//! It must not look anything up: only folding, quotes and length.

use crate::token::{Kind, Token};

/// `NAMEDATALEN - 1`: PostgreSQL cuts longer names, with a notice.
const LENGTH_LIMIT: usize = 63;

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
