//! The reach of code without a grammar: of another language, in too many quotes, or with quotes by other rules.
//!
//! It must not miss a word, and may take a harmless one for another.

use crate::reach::command::{CONFINED_LANGUAGES, SHARED_CATALOGS, SHARED_KINDS};
use crate::reach::function::{SCHEMAS, reach_of_name};
use crate::reach::{Reach, outside_if, server_if};
use crate::token::{Token, significant_tokens};

/// Words of which one is enough.
const OF_THE_SERVER: &[&str] = &["grant", "prepared", "reassign", "revoke"];
const OUTSIDE: &[&str] = &["copy", "load", "program", "subscription"];

/// The reach of code whose quotes and comments may be anything.
pub(super) fn reach_of_raw(code: &str) -> Reach {
    let bare = code.replace(|character: char| !character.is_alphanumeric() && character != '_', " ");
    let words: Vec<Token<'_>> = significant_tokens(&bare).collect();
    let by_word = |word: &Token<'_>| match word {
        _ if word.is_any(OUTSIDE) || word.is_any(SCHEMAS) => Reach::Outside,
        _ if word.is_any(OF_THE_SERVER) || word.is_any(SHARED_CATALOGS) => Reach::Server,
        _ => reach_of_name(&word.text.to_lowercase()),
    };
    let by_words = words.iter().map(by_word).max().unwrap_or(Reach::Database);
    let by_pairs = words.windows(2).map(of_pair).max().unwrap_or(Reach::Database);
    by_words.max(by_pairs)
}

fn of_pair(pair: &[Token<'_>]) -> Reach {
    let [first, second] = pair else { return Reach::Database };
    let leaves = first.is("language") && !second.is_any(CONFINED_LANGUAGES)
        || first.is("import") && second.is("foreign")
        || first.is("create") && second.is("tablespace");
    let is_shared = first.is_any(&["create", "alter", "drop", "on"]) && second.is_any(SHARED_KINDS)
        || first.is("prepare") && second.is("transaction");
    outside_if(leaves).max(server_if(is_shared))
}
