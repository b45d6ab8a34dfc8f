//! A file of constraints: `[[table]]`, `[[foreign_key]]`, `[[enum]]`.
//!
//! It must not look up what refers to what: the catalog knows tables of other tracks too.

use crosstrack_settings::{Document, Node, Problem, Read, Table};

use super::Declarations;
use super::entry::{declared_name, names};
use crate::declared::{DeclaredEnum, DeclaredForeignKey, DeclaredTable, DeleteAction, Origin};

const TABLE_KEYS: [&str; 2] = ["name", "primary_key"];
const FOREIGN_KEY_KEYS: [&str; 5] = ["table", "columns", "references", "referenced_columns", "on_delete"];
const ENUM_KEYS: [&str; 2] = ["name", "values"];

pub(super) fn read(document: &Document, origin: &Origin, declarations: &mut Declarations) -> Read<()> {
    let tree = document.parse()?;
    let root = document.root(&tree, &["table", "foreign_key", "enum"])?;
    for table in entries(root.get("table"), &TABLE_KEYS)? {
        add_table(&table, origin, declarations)?;
    }
    for table in entries(root.get("foreign_key"), &FOREIGN_KEY_KEYS)? {
        add_foreign_key(&table, origin, declarations)?;
    }
    for table in entries(root.get("enum"), &ENUM_KEYS)? {
        add_enum(&table, origin, declarations)?;
    }
    Ok(())
}

fn entries<'d>(node: Option<Node<'d>>, keys: &[&'static str]) -> Read<Vec<Table<'d>>> {
    node.map_or(Ok(Vec::new()), |node| node.tables(keys))
}

fn add_table(table: &Table<'_>, origin: &Origin, declarations: &mut Declarations) -> Read<()> {
    let node = table.required("name")?;
    let name = declared_name(&node)?;
    declarations.note("table", origin.shown(&name), &node)?;
    let primary_key = table.get("primary_key").map(|node| names(&node, "primary_key")).transpose()?;
    declarations.expectations.tables.push(DeclaredTable {
        origin: origin.clone(),
        name,
        primary_key: primary_key.unwrap_or_default(),
    });
    Ok(())
}

fn add_foreign_key(table: &Table<'_>, origin: &Origin, declarations: &mut Declarations) -> Read<()> {
    let columns_node = table.required("columns")?;
    let referenced_node = table.required("referenced_columns")?;
    let key = DeclaredForeignKey {
        origin: origin.clone(),
        table: declared_name(&table.required("table")?)?,
        columns: names(&columns_node, "columns")?,
        references: declared_name(&table.required("references")?)?,
        referenced_columns: names(&referenced_node, "referenced_columns")?,
        on_delete: table.get("on_delete").map_or(Ok(DeleteAction::NoAction), |node| {
            node.one_of("action", &DeleteAction::ALL, DeleteAction::as_str)
        })?,
    };
    if key.columns.len() != key.referenced_columns.len() {
        return Err(referenced_node.mistake(Problem::WrongType {
            key: "referenced_columns".to_owned(),
            expected: "a list as long as `columns`",
            found: format!("a list of {}", key.referenced_columns.len()),
        }));
    }
    let object = format!("{} ({})", origin.shown(&key.table), key.columns.join(", "));
    declarations.note("foreign_key", object, &columns_node)?;
    declarations.expectations.foreign_keys.push(key);
    Ok(())
}

fn add_enum(table: &Table<'_>, origin: &Origin, declarations: &mut Declarations) -> Read<()> {
    let node = table.required("name")?;
    let name = declared_name(&node)?;
    declarations.note("enum", origin.shown(&name), &node)?;
    let values = names(&table.required("values")?, "values")?;
    declarations.expectations.enum_types.push(DeclaredEnum { origin: origin.clone(), name, values });
    Ok(())
}
