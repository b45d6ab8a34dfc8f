//! Pieces of SQL: names and keys as statements write them.
//!
//! It must not send anything.

use crosstrack_database::quote_identifier;

/// Whether a key is a column's name and not an expression.
pub(crate) fn is_plain(key: &str) -> bool {
    let mut letters = key.chars();
    letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_alphanumeric() || letter == '_' || letter == '$')
}

/// A table's name: `"auth"."users"`.
pub(crate) fn table(name: &str) -> String {
    name.split('.').map(quote_identifier).collect::<Vec<_>>().join(".")
}

/// A part of a key: a column, or an expression in brackets.
pub(crate) fn key(key: &str) -> String {
    if is_plain(key) { quote_identifier(key) } else { format!("({key})") }
}

/// Columns, with something before each: `excluded."a", excluded."b"`.
pub(crate) fn columns<'a>(names: impl IntoIterator<Item = &'a String>, before: &str) -> String {
    let names = names.into_iter().map(|name| format!("{before}{}", quote_identifier(name)));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{columns, is_plain, key, table};

    #[test]
    fn names_are_quoted_and_expressions_bracketed() {
        assert_eq!(table("auth.users"), r#""auth"."users""#);
        assert_eq!(key("slug"), r#""slug""#);
        assert_eq!(key("lower(email)"), "(lower(email))");
        assert!(is_plain("created_at") && !is_plain("a, b") && !is_plain(""));
        assert_eq!(columns(&["a".to_owned(), "b\"".to_owned()], "t."), r#"t."a", t."b""""#);
    }
}
