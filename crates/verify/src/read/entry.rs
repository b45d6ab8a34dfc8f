//! What the entries of all files have in common: names, lists of names, lists of SQL.
//!
//! It must not know which object an entry declares.

use crosstrack_settings::{Node, Problem, Read, Table};

use crate::declared::DeclaredName;
use crate::token::{Kind, closing, items, tokens};

/// PostgreSQL keeps this many bytes of a name.
const LENGTH_LIMIT: usize = 63;

/// A name that may have a schema.
pub(super) fn declared_name(node: &Node<'_>) -> Read<DeclaredName> {
    let text = node.text()?;
    let fits = |part: &str| part.len() <= LENGTH_LIMIT;
    let name =
        DeclaredName::parse(text).filter(|name| fits(&name.name) && name.schema.as_deref().is_none_or(fits));
    name.ok_or_else(|| {
        let hint =
            "a name or `schema.name`, each at most 63 bytes; a part with a dot in double quotes".to_owned();
        node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint))
    })
}

/// A name that has no schema.
pub(super) fn plain_name(node: &Node<'_>) -> Read<String> {
    let text = node.text()?;
    if text.len() <= LENGTH_LIMIT {
        return Ok(text.to_owned());
    }
    let hint = "PostgreSQL keeps 63 bytes of a name".to_owned();
    Err(node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint)))
}

/// The names of a list that is not empty and repeats none.
pub(super) fn names(node: &Node<'_>, key: &str) -> Read<Vec<String>> {
    let mut names = Vec::new();
    for item in filled(node, key)? {
        let name = plain_name(&item)?;
        if names.contains(&name) {
            return Err(item.mistake(Problem::RepeatedWord { key: key.to_owned(), word: name }));
        }
        names.push(name);
    }
    Ok(names)
}

/// The texts of a list that is not empty, each one column or expression in SQL.
pub(super) fn columns(node: &Node<'_>, key: &str) -> Read<Vec<String>> {
    filled(node, key)?.iter().map(|item| column(item, key)).collect()
}

fn column(node: &Node<'_>, key: &str) -> Read<String> {
    let text = node.text()?;
    let tokens = tokens(text);
    let is_open = |(position, token): (usize, &crate::token::Token)| {
        token.kind == Kind::Open && closing(&tokens, position).is_none()
    };
    if items(&tokens).len() == 1 && !tokens.iter().enumerate().any(is_open) {
        return Ok(text.to_owned());
    }
    Err(node.mistake(Problem::WrongType {
        key: key.to_owned(),
        expected: "a list with one column or expression in each text",
        found: format!("`{text}`"),
    }))
}

fn filled<'d>(node: &Node<'d>, key: &str) -> Read<Vec<Node<'d>>> {
    let items = node.list()?;
    if items.is_empty() {
        return Err(node.mistake(Problem::Empty { key: key.to_owned() }));
    }
    Ok(items)
}

/// The text of a key that may be missing.
pub(super) fn text(table: &Table<'_>, key: &str) -> Read<Option<String>> {
    table.get(key).map(|node| node.text().map(str::to_owned)).transpose()
}

/// Whether a key is true; a missing one is not.
pub(super) fn truth(table: &Table<'_>, key: &str) -> Read<bool> {
    table.get(key).map_or(Ok(false), |node| node.truth())
}
