//! What the tracks declare beside their migrations, and `verify --fix` builds: indexes, primary keys, foreign keys.
//!
//! Must not judge whether what is there is as declared: `verify` does.

use crosstrack_catalog::{Fact, Kind, unquoted};

use crate::drift::name::{plain, plain_name};

/// What is declared. Names stand for exactly themselves, without a schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// The names of indexes.
    pub indexes: Vec<String>,
    /// The keys, primary and foreign ones.
    pub keys: Vec<DeclaredKey>,
}

/// A primary key, or a foreign one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredKey {
    /// The table.
    pub table: String,
    /// Its columns, in order.
    pub columns: Vec<String>,
    /// The table that a foreign key refers to.
    pub references: Option<String>,
}

impl Declared {
    /// Whether something that no migration makes is there by a declaration.
    pub(crate) fn accounts_for(&self, fact: &Fact) -> bool {
        match fact.id.kind {
            Kind::Index => plain(fact).is_some_and(|name| self.indexes.contains(&name.rest)),
            Kind::Constraint => key(fact).is_some_and(|key| self.keys.contains(&key)),
            _ => false,
        }
    }
}

/// The key that a constraint is, by the server's text.
fn key(fact: &Fact) -> Option<DeclaredKey> {
    let definition = fact.attributes.get("definition")?;
    let table = plain_name(&fact.parent.as_ref()?.name).rest;
    let names = |list: &str| list.split(", ").map(unquoted).collect();
    if let Some(rest) = definition.strip_prefix("PRIMARY KEY (") {
        return Some(DeclaredKey { table, columns: names(rest.split_once(')')?.0), references: None });
    }
    let (columns, rest) = definition.strip_prefix("FOREIGN KEY (")?.split_once(") REFERENCES ")?;
    let references = plain_name(rest.split_once('(')?.0).rest;
    Some(DeclaredKey { table, columns: names(columns), references: Some(references) })
}

#[cfg(test)]
mod tests {
    use crosstrack_catalog::{Attributes, Fact, Id, Kind};

    use super::{Declared, DeclaredKey};

    fn constraint(definition: &str) -> Fact {
        let id = |kind, name: &str| Id { kind, name: name.to_owned() };
        Fact {
            id: id(Kind::Constraint, "k on public.posts"),
            parent: Some(id(Kind::Table, "public.posts")),
            rank: None,
            derived: false,
            attributes: Attributes::from_iter([("definition", definition.to_owned())]),
        }
    }

    #[test]
    fn a_key_is_known_by_what_it_does() {
        let key = |columns: &[&str], references: Option<&str>| DeclaredKey {
            table: "posts".into(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            references: references.map(str::to_owned),
        };
        let keys = vec![key(&["a", "B"], Some("User")), key(&["id"], None)];
        let declared = Declared { indexes: Vec::new(), keys };
        for (definition, expected) in [
            ("FOREIGN KEY (a, \"B\") REFERENCES public.\"User\"(x, y) ON DELETE CASCADE NOT VALID", true),
            ("FOREIGN KEY (a) REFERENCES public.\"User\"(x)", false),
            ("FOREIGN KEY (a, \"B\") REFERENCES public.users(x, y)", false),
            ("PRIMARY KEY (id)", true),
            ("PRIMARY KEY (id, a)", false),
            ("CHECK ((id > 0))", false),
        ] {
            assert_eq!(declared.accounts_for(&constraint(definition)), expected, "{definition}");
        }
    }
}
