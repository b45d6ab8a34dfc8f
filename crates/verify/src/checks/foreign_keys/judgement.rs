//! Compares a declared foreign key with those that are there.
//!
//! Plain data in, findings out: it must not ask the database.

use crosstrack_database::quote_identifier;
use crosstrack_model::{Finding, FindingKind};

use super::{Found, FoundKey};
use crate::answer::{FoundTable, quoted_list};
use crate::declared::{DeclaredForeignKey, DeleteAction};
use crate::statement::derived_name;

/// What differs, and the statements that mend it. A foreign key that is wrong in several ways is replaced once.
pub(super) fn judge(declared: &DeclaredForeignKey, found: &Found) -> Vec<Finding> {
    let shown = declared.origin.shown(&declared.table);
    let judged = match &found.table {
        None => Some((FindingKind::Missing, format!("the table `{shown}` does not exist"), Vec::new())),
        Some(table) => judge_in_table(declared, table, found),
    };
    let finding = judged.map(|(kind, actual, mend)| Finding {
        kind,
        object: format!("foreign key `{shown}` ({})", declared.columns.join(", ")),
        track: declared.origin.track.to_string(),
        expected: clause(&declared.references.to_string(), &declared.referenced_columns, declared.on_delete),
        actual,
        mend,
    });
    Vec::from_iter(finding)
}

fn judge_in_table(
    declared: &DeclaredForeignKey,
    table: &FoundTable,
    found: &Found,
) -> Option<(FindingKind, String, Vec<String>)> {
    let replacement = Replacement::new(declared, table, found);
    let Some(key) = closest(declared, found) else {
        let (actual, mend) = absent(&replacement);
        return Some((FindingKind::Missing, actual, mend));
    };
    let kind = difference(declared, key, found.references.as_ref())?;
    Some((kind, describe(key), mending(kind, key, &replacement)))
}

/// The foreign key of these columns that differs least.
fn closest<'f>(declared: &DeclaredForeignKey, found: &'f Found) -> Option<&'f FoundKey> {
    let same_columns = found.keys.iter().filter(|key| sorted(&key.columns) == sorted(&declared.columns));
    same_columns.min_by_key(|key| match difference(declared, key, found.references.as_ref()) {
        None => 0,
        Some(FindingKind::NotValidated) => 1,
        Some(FindingKind::WrongDeleteAction) => 2,
        Some(_) => 3,
    })
}

fn sorted(columns: &[String]) -> Vec<&String> {
    let mut columns: Vec<&String> = columns.iter().collect();
    columns.sort();
    columns
}

/// The columns and what each refers to: `(a, b) references (c, d)` is `(b, a) references (d, c)`.
fn pairs<'c>(columns: &'c [String], referenced: &'c [String]) -> Vec<(&'c String, &'c String)> {
    let mut pairs: Vec<_> = columns.iter().zip(referenced).collect();
    pairs.sort();
    pairs
}

fn difference(
    declared: &DeclaredForeignKey,
    key: &FoundKey,
    references: Option<&FoundTable>,
) -> Option<FindingKind> {
    let wanted = pairs(&declared.columns, &declared.referenced_columns);
    let refers = references.is_some_and(|table| table.name == key.references)
        && pairs(&key.columns, &key.referenced_columns) == wanted;
    if !refers {
        Some(FindingKind::WrongReference)
    } else if DeleteAction::from_letter(&key.on_delete) != Some(declared.on_delete) {
        Some(FindingKind::WrongDeleteAction)
    } else if !key.validated {
        Some(FindingKind::NotValidated)
    } else {
        None
    }
}

fn clause(table: &str, columns: &[String], on_delete: DeleteAction) -> String {
    format!("references {table} ({}) on delete {}", columns.join(", "), on_delete.as_str())
}

fn describe(key: &FoundKey) -> String {
    let action = DeleteAction::from_letter(&key.on_delete).unwrap_or_default();
    let clause = clause(&key.references.to_string(), &key.referenced_columns, action);
    let validity = if key.validated { "" } else { ", not validated" };
    let owner = if key.inherited { ", inherited from the partitioned table" } else { "" };
    format!("`{}` {clause}{validity}{owner}", key.name)
}

fn absent(replacement: &Replacement<'_>) -> (String, Vec<String>) {
    let Replacement { declared, table, found } = replacement;
    let Some(references) = &found.references else {
        let shown = &declared.references;
        return (format!("not there; the table `{shown}` does not exist"), Vec::new());
    };
    let sides = [(*table, &declared.columns), (references, &declared.referenced_columns)];
    for (table, columns) in sides {
        if let Some(column) = table.lacks(columns.iter().map(String::as_str)) {
            let actual = format!("not there; the table `{}` has no column `{column}`", table.name.name);
            return (actual, Vec::new());
        }
    }
    ("not there".to_owned(), replacement.addition(&replacement.free_name()))
}

fn mending(kind: FindingKind, key: &FoundKey, replacement: &Replacement<'_>) -> Vec<String> {
    match kind {
        _ if key.inherited => Vec::new(),
        FindingKind::NotValidated => vec![replacement.validation(&key.name)],
        FindingKind::WrongDeleteAction => replacement.in_place_of(key),
        _ => replacement.beside(key),
    }
}

/// The declared foreign key, about to be made.
struct Replacement<'a> {
    declared: &'a DeclaredForeignKey,
    table: &'a FoundTable,
    found: &'a Found,
}

impl<'a> Replacement<'a> {
    fn new(declared: &'a DeclaredForeignKey, table: &'a FoundTable, found: &'a Found) -> Self {
        Self { declared, table, found }
    }

    /// PostgreSQL's own choice of a name, or the next that is free.
    fn free_name(&self) -> String {
        let mut parts = vec![self.table.name.name.as_str()];
        parts.extend(self.declared.columns.iter().map(String::as_str));
        let suffixes = std::iter::once(String::new()).chain((1..).map(|number| number.to_string()));
        let mut names = suffixes.map(|number| derived_name(&parts, &format!("_fkey{number}")));
        names.find(|name| !self.found.names.contains(name)).unwrap_or_default()
    }

    fn alter(&self, action: &str) -> String {
        format!("ALTER TABLE {} {action}", self.table.name.as_sql())
    }

    fn validation(&self, name: &str) -> String {
        self.alter(&format!("VALIDATE CONSTRAINT {}", quote_identifier(name)))
    }

    /// `ADD CONSTRAINT`, not validated where the server knows that: so the lock on both tables is short, and the rows are
    /// looked through afterwards while both are in use. A partitioned table takes only validated ones.
    fn constraint(&self, name: &str) -> Option<String> {
        let references = self.found.references.as_ref()?;
        Some(format!(
            "ADD CONSTRAINT {} FOREIGN KEY ({}) REFERENCES {} ({}) ON DELETE {}{}",
            quote_identifier(name),
            quoted_list(&self.declared.columns),
            references.name.as_sql(),
            quoted_list(&self.declared.referenced_columns),
            self.declared.on_delete.as_str().to_uppercase(),
            if self.table.is_partitioned { "" } else { " NOT VALID" }
        ))
    }

    fn addition(&self, name: &str) -> Vec<String> {
        let Some(constraint) = self.constraint(name) else { return Vec::new() };
        let mut statements = vec![self.alter(&constraint)];
        if !self.table.is_partitioned {
            statements.push(self.validation(name));
        }
        statements
    }

    /// The rows are known to fit: the old one goes and the new one comes in the same statement, under the same name.
    fn in_place_of(&self, key: &FoundKey) -> Vec<String> {
        let Some(constraint) = self.constraint(&key.name) else { return Vec::new() };
        let drop = format!("DROP CONSTRAINT {}, {constraint}", quote_identifier(&key.name));
        let mut statements = vec![self.alter(&drop)];
        if !self.table.is_partitioned {
            statements.push(self.validation(&key.name));
        }
        statements
    }

    /// The rows may not fit: the old one goes when the new one has been validated, and leaves it its name.
    fn beside(&self, key: &FoundKey) -> Vec<String> {
        let name = self.free_name();
        let mut statements = self.addition(&name);
        if !statements.is_empty() {
            let (old, new) = (quote_identifier(&key.name), quote_identifier(&name));
            statements.push(self.alter(&format!("DROP CONSTRAINT {old}")));
            statements.push(self.alter(&format!("RENAME CONSTRAINT {new} TO {old}")));
        }
        statements
    }
}
