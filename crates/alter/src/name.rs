//! Names, as parts of a fact's name.
//!
//! By the texts of `pg_identify_object`: <https://www.postgresql.org/docs/current/functions-info.html>.

use crosstrack_catalog::{Fact, Id, Kind};

/// The name that a fact has among its siblings, as SQL text: `email` of `public.users.email`, `users_pkey` of
/// `users_pkey on public.users`, `users` of `public.users`.
pub(crate) fn own_name(fact: &Fact) -> String {
    own_name_of(&fact.id)
}

/// As [`own_name`].
pub(crate) fn own_name_of(id: &Id) -> String {
    match id.kind {
        Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => {
            let parts = split(&id.name, ' ');
            parts.first().copied().unwrap_or_default().to_owned()
        }
        _ => last_part(&id.name).to_owned(),
    }
}

/// The last part of a qualified name.
pub(crate) fn last_part(name: &str) -> &str {
    split(name, '.').last().copied().unwrap_or(name)
}

/// What comes before the last part of a qualified name.
pub(crate) fn before_last(name: &str) -> &str {
    let last = last_part(name);
    name[..name.len() - last.len()].trim_end_matches('.')
}

/// The text between separators that are not quoted.
fn split(name: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    let parts = name.split(|c| {
        if c == '"' {
            is_quoted = !is_quoted;
        }
        !is_quoted && c == separator
    });
    parts.collect()
}

/// A name that is not quoted, as the server keeps it.
pub(crate) fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}

/// `key=value, key=value` as what the server keeps it as, as pairs of texts; a comma in a value is told from one between pairs by
/// the equals sign that follows the latter.
pub(crate) fn options(text: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for piece in text.split(", ") {
        match piece.split_once('=') {
            Some((key, value)) if is_plain(key) => pairs.push((key.to_owned(), value.to_owned())),
            _ => {
                if let Some((_, value)) = pairs.last_mut() {
                    *value += ", ";
                    *value += piece;
                }
            }
        }
    }
    pairs
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::{before_last, last_part, options, own_name_of};
    use crosstrack_catalog::{Id, Kind};

    #[test]
    fn a_name_is_known_among_its_siblings() {
        let own = |kind, name: &str| own_name_of(&Id { kind, name: name.to_owned() });
        assert_eq!(own(Kind::Column, "public.users.email"), "email");
        assert_eq!(own(Kind::Column, "public.\"odd.name\".\"a \"\"b\"\".c\""), "\"a \"\"b\"\".c\"");
        assert_eq!(own(Kind::Constraint, "users_pkey on public.users"), "users_pkey");
        assert_eq!(own(Kind::Policy, "\"read on all\" on public.users"), "\"read on all\"");
        assert_eq!(before_last("public.users.email"), "public.users");
        assert_eq!(last_part("single"), "single");
    }

    #[test]
    fn options_are_pairs() {
        let pairs = options("fillfactor=70, search_path=a, b, user_catalog_table=true");
        let texts: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}:{value}")).collect();
        assert_eq!(texts, ["fillfactor:70", "search_path:a, b", "user_catalog_table:true"]);
    }
}
