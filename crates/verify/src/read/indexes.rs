//! A file of indexes: `[[index]]`.
//!
//! It must not judge whether an index is a good one.

use crosstrack_settings::{Document, Node, Problem, Read, Table};

use super::Declarations;
use super::entry::{columns, declared_name, plain_name, text, truth};
use crate::declared::{DeclaredIndex, Origin};

const KEYS: [&str; 9] =
    ["name", "table", "columns", "include", "unique", "nulls_not_distinct", "method", "predicate", "serves"];

pub(super) fn read(document: &Document, origin: &Origin, declarations: &mut Declarations) -> Read<()> {
    let tree = document.parse()?;
    let root = document.root(&tree, &["index"])?;
    let Some(indexes) = root.get("index") else { return Ok(()) };
    for table in indexes.tables(&KEYS)? {
        let name = table.required("name")?;
        let index = index(&table, &name, origin)?;
        let schema = origin.schema_of(&index.table).map(|schema| format!("{schema}.")).unwrap_or_default();
        declarations.note("index", format!("{schema}{}", index.name), &name)?;
        declarations.expectations.indexes.push(index);
    }
    Ok(())
}

fn index(table: &Table<'_>, name: &Node<'_>, origin: &Origin) -> Read<DeclaredIndex> {
    Ok(DeclaredIndex {
        origin: origin.clone(),
        name: plain_name(name)?,
        table: declared_name(&table.required("table")?)?,
        columns: columns(&table.required("columns")?, "columns")?,
        include: table.get("include").map(|node| columns(&node, "include")).transpose()?.unwrap_or_default(),
        unique: truth(table, "unique")?,
        nulls_not_distinct: truth(table, "nulls_not_distinct")?,
        method: table.get("method").map_or(Ok("btree".to_owned()), |node| method(&node))?,
        predicate: text(table, "predicate")?,
        serves: text(table, "serves")?,
    })
}

/// An access method. Extensions bring their own, so any word may be one.
fn method(node: &Node<'_>) -> Read<String> {
    let text = node.text()?;
    if text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Ok(text.to_owned());
    }
    let hint = "an access method in lower case, such as `btree`, `hash`, `gin`, `gist` or `brin`".to_owned();
    Err(node.mistake_with(Problem::BadName { text: text.to_owned() }, Some(hint)))
}
