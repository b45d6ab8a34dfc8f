//! What the tracks declare: indexes, tables with their primary keys, foreign keys, enum types.
//!
//! Plain data: it must not read a file or look at a catalog.

use std::fmt;

use crosstrack_database::{quote_identifier, quote_literal};
use crosstrack_model::TrackName;

/// Everything that the tracks declare, in the order of the tracks and of their files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    /// The indexes.
    pub indexes: Vec<DeclaredIndex>,
    /// The tables, with their primary keys.
    pub tables: Vec<DeclaredTable>,
    /// The foreign keys.
    pub foreign_keys: Vec<DeclaredForeignKey>,
    /// The enum types.
    pub enum_types: Vec<DeclaredEnum>,
}

/// Who declares something, and where names without a schema are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The track.
    pub track: TrackName,
    /// The track's own schema; `None` for the session's search path.
    pub schema: Option<String>,
}

/// A name as a file declares it. It stands for exactly itself: `User` is not folded to `user`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeclaredName {
    /// The schema, where the file names one: `auth.users`.
    pub schema: Option<String>,
    /// The name.
    pub name: String,
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredIndex {
    /// Who declares it.
    pub origin: Origin,
    /// Its name. It stands in the schema of its table, as every index does.
    pub name: String,
    /// The table.
    pub table: DeclaredName,
    /// The columns and expressions in order, each as `CREATE INDEX` takes it: `created_at desc`, `lower(email)`. A lone name
    /// stands for exactly itself, as in [`DeclaredName`]; within an expression PostgreSQL's own rules hold. A default is left
    /// out: the operator class, the collation.
    pub columns: Vec<String>,
    /// The columns of `INCLUDE`.
    pub include: Vec<String>,
    /// Whether it is unique.
    pub unique: bool,
    /// Whether a unique index takes two nulls for the same (`NULLS NOT DISTINCT`).
    pub nulls_not_distinct: bool,
    /// The access method.
    pub method: String,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
    /// What it is for, in words.
    pub serves: Option<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredTable {
    /// Who declares it.
    pub origin: Origin,
    /// Its name.
    pub name: DeclaredName,
    /// The columns of the primary key in order; empty when nothing is declared about it.
    pub primary_key: Vec<String>,
}

/// A foreign key. Its name is not declared: it is what it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredForeignKey {
    /// Who declares it.
    pub origin: Origin,
    /// The table that refers.
    pub table: DeclaredName,
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table that is referred to.
    pub references: DeclaredName,
    /// The columns that are referred to, in the order of `columns`.
    pub referenced_columns: Vec<String>,
    /// What happens when the row that is referred to is deleted.
    pub on_delete: DeleteAction,
}

/// An enum type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredEnum {
    /// Who declares it.
    pub origin: Origin,
    /// Its name.
    pub name: DeclaredName,
    /// Its values in order.
    pub values: Vec<String>,
}

/// What a foreign key does when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DeleteAction {
    /// Nothing: the deletion fails at the end of the statement or of the transaction. What SQL does when nothing is said.
    #[default]
    NoAction,
    /// The deletion fails at once.
    Restrict,
    /// The row goes too.
    Cascade,
    /// The reference becomes null.
    SetNull,
    /// The reference becomes the column's default.
    SetDefault,
}

impl DeleteAction {
    /// Every action.
    pub const ALL: [Self; 5] =
        [Self::NoAction, Self::Restrict, Self::Cascade, Self::SetNull, Self::SetDefault];

    /// The words in a file of constraints.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAction => "no action",
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "set null",
            Self::SetDefault => "set default",
        }
    }

    /// The action with this letter in `pg_constraint.confdeltype`.
    pub(crate) fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "a" => Some(Self::NoAction),
            "r" => Some(Self::Restrict),
            "c" => Some(Self::Cascade),
            "n" => Some(Self::SetNull),
            "d" => Some(Self::SetDefault),
            _ => None,
        }
    }
}

impl DeclaredName {
    /// Reads `table` or `schema.table`; a part that holds a dot or a quote is written as SQL quotes it.
    /// `None` when a part is empty or there are more than two.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = take_part(rest)?;
            parts.push(part);
            match after.strip_prefix('.') {
                Some(after) => rest = after,
                None if after.is_empty() => break,
                None => return None,
            }
        }
        let name = parts.pop()?;
        let schema = parts.pop();
        parts.is_empty().then_some(Self { schema, name })
    }
}

fn take_part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find('.').unwrap_or(text.len());
        let (part, after) = text.split_at(end);
        return (!part.is_empty() && !part.contains('"')).then(|| (part.to_owned(), after));
    };
    let mut part = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('"')?;
        part.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(after) => {
                part.push('"');
                rest = after;
            }
            None => return (!part.is_empty()).then_some((part, rest)),
        }
    }
}

impl fmt::Display for DeclaredName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(formatter, "{schema}.{}", self.name),
            None => formatter.write_str(&self.name),
        }
    }
}

impl Origin {
    /// The schema in which a name of this track stands: its own, or the track's. `None` for the search path.
    pub fn schema_of<'a>(&'a self, name: &'a DeclaredName) -> Option<&'a str> {
        name.schema.as_deref().or(self.schema.as_deref())
    }

    /// The name for people: with the schema in which it stands, where one is known.
    pub fn shown(&self, name: &DeclaredName) -> String {
        match self.schema_of(name) {
            Some(schema) => format!("{schema}.{}", name.name),
            None => name.name.clone(),
        }
    }

    /// An SQL string constant for `to_regclass` and `to_regtype`: what the track itself makes.
    pub(crate) fn own_literal(&self, name: &DeclaredName) -> String {
        literal(self.schema_of(name), &name.name)
    }

    /// The string constants to try one after the other for what the track refers to: while a track runs, its search path is
    /// its schema and then `public`.
    pub(crate) fn visible_literals(&self, name: &DeclaredName) -> Vec<String> {
        let mut literals = vec![self.own_literal(name)];
        if name.schema.is_none() && self.schema.is_some() {
            literals.push(literal(Some("public"), &name.name));
        }
        literals
    }
}

fn literal(schema: Option<&str>, name: &str) -> String {
    let name = quote_identifier(name);
    quote_literal(
        &schema.map_or_else(|| name.clone(), |schema| format!("{}.{name}", quote_identifier(schema))),
    )
}

#[cfg(test)]
mod tests {
    use super::{DeclaredName, Origin};

    fn parsed(text: &str) -> Option<(Option<String>, String)> {
        DeclaredName::parse(text).map(|name| (name.schema, name.name))
    }

    #[test]
    fn a_declared_name_stands_for_exactly_itself() {
        assert_eq!(parsed("users"), Some((None, "users".into())));
        assert_eq!(parsed("User"), Some((None, "User".into())));
        assert_eq!(parsed("auth.users"), Some((Some("auth".into()), "users".into())));
        assert_eq!(parsed(r#"auth."a.b""#), Some((Some("auth".into()), "a.b".into())));
        assert_eq!(parsed(r#""a""b""#), Some((None, "a\"b".into())));
        for wrong in ["", ".", "a.", ".a", "a.b.c", "\"a", "\"\"", "\"a\"b", "a\"b\""] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_name_is_looked_up_in_its_own_schema_then_in_the_tracks() {
        let origin = |schema: Option<&str>| Origin {
            track: "auth".parse().unwrap(),
            schema: schema.map(str::to_owned),
        };
        let plain = DeclaredName::parse("users").unwrap();
        let full = DeclaredName::parse("people.users").unwrap();
        assert_eq!(origin(None).own_literal(&plain), r#"'"users"'"#);
        assert_eq!(origin(Some("auth")).own_literal(&plain), r#"'"auth"."users"'"#);
        assert_eq!(origin(Some("auth")).own_literal(&full), r#"'"people"."users"'"#);
        assert_eq!(
            origin(Some("auth")).visible_literals(&plain),
            [r#"'"auth"."users"'"#, r#"'"public"."users"'"#]
        );
        assert_eq!(origin(Some("auth")).visible_literals(&full).len(), 1);
        assert_eq!(origin(None).visible_literals(&plain).len(), 1);
    }
}
