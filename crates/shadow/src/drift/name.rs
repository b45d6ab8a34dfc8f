//! Names of facts as a person writes them: the schema, and the rest without quotes.
//!
//! Must not ask a server: a fact's name says all of it.

use crosstrack_catalog::{Fact, Kind, unquoted};

/// A name in two parts. A part of a table has the table's name before its own: `users.email`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plain {
    /// The schema, where things of the kind stand in one.
    pub(crate) schema: Option<String>,
    /// The rest.
    pub(crate) rest: String,
}

/// The plain name of a fact; none of what has no name of its own: a comment, a grant.
pub(crate) fn plain(fact: &Fact) -> Option<Plain> {
    let name = &fact.id.name;
    match fact.id.kind {
        Kind::Constraint | Kind::Trigger | Kind::Rule | Kind::Policy => {
            let parent = fact.parent.as_ref()?;
            let Plain { schema, rest } = plain_name(&parent.name);
            Some(Plain { schema, rest: format!("{rest}.{}", unquoted(fact.id.own_name())) })
        }
        Kind::Grant | Kind::DefaultGrant | Kind::Comment => None,
        Kind::Schema
        | Kind::Extension
        | Kind::Language
        | Kind::EventTrigger
        | Kind::Publication
        | Kind::ForeignDataWrapper
        | Kind::ForeignServer
        | Kind::Cast => Some(Plain { schema: None, rest: unquoted(name) }),
        Kind::Unmodelled => name.split(' ').find(|word| word.contains('.')).map(plain_name),
        _ => Some(plain_name(name)),
    }
}

/// Splits behind the schema. A name without one is all rest.
pub(crate) fn plain_name(name: &str) -> Plain {
    let mut is_quoted = false;
    for (place, letter) in name.char_indices() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => break,
            '.' if !is_quoted => {
                let (schema, rest) = name.split_at(place);
                return Plain { schema: Some(unquoted(schema)), rest: unquoted(&rest[1..]) };
            }
            _ => {}
        }
    }
    Plain { schema: None, rest: unquoted(name) }
}

#[cfg(test)]
mod tests {
    use super::{Plain, plain_name};

    fn said(name: &str) -> String {
        let Plain { schema, rest } = plain_name(name);
        format!("{} | {rest}", schema.unwrap_or_default())
    }

    #[test]
    fn names_are_split_behind_the_schema_whatever_is_quoted() {
        assert_eq!(said("public.users"), "public | users");
        assert_eq!(said("public.users.email"), "public | users.email");
        assert_eq!(said("\"my.schema\".\"User\""), "my.schema | User");
        assert_eq!(said("public.\"a\"\"b\""), "public | a\"b");
        assert_eq!(said("public.area(integer, public.shape)"), "public | area(integer, public.shape)");
        assert_eq!(said("plpgsql"), " | plpgsql");
    }
}
