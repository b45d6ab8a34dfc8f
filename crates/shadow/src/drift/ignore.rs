//! What the settings say is somebody else's: names with `*`, held against the names of facts.
//!
//! Must not know what became of a fact.

use std::collections::BTreeMap;

use crosstrack_catalog::{Catalog, Fact, Kind};

use crate::drift::name::plain;

/// Names that are ignored, in the order of the settings.
///
/// `legacy.*` is everything of a schema and the schema itself, `public.spatial_ref_sys` is one thing, and `payload_*` is what is
/// called so in any schema, or stands in none. A part is ignored with its whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignore {
    patterns: Vec<String>,
}

impl Ignore {
    /// Names as the settings have them.
    pub fn new(patterns: &[String]) -> Self {
        Self { patterns: patterns.to_vec() }
    }

    /// Whether a fact or what it is a part of is ignored.
    pub(crate) fn holds(&self, fact: &Fact, catalogs: [&Catalog; 2]) -> bool {
        self.matching(fact, catalogs).is_some()
    }

    /// How many things of these catalogs each of the names ignores, parts not counted.
    pub(crate) fn counts(&self, catalogs: [&Catalog; 2]) -> Vec<(String, usize)> {
        let mut facts: BTreeMap<_, &Fact> = BTreeMap::new();
        for catalog in catalogs {
            facts.extend(catalog.facts().map(|fact| (&fact.id, fact)));
        }
        let is_whole = |pattern: &str, fact: &Fact| {
            let whole = fact.parent.as_ref().and_then(|id| facts.get(id));
            is_meant(pattern, fact) && !whole.is_some_and(|whole| is_meant(pattern, whole))
        };
        let count = |pattern: &String| facts.values().filter(|fact| is_whole(pattern, fact)).count();
        self.patterns.iter().map(|pattern| (pattern.clone(), count(pattern))).collect()
    }

    fn matching(&self, fact: &Fact, catalogs: [&Catalog; 2]) -> Option<&String> {
        let meant = self.patterns.iter().find(|pattern| is_meant(pattern, fact));
        meant.or_else(|| {
            let parent = fact.parent.as_ref()?;
            let whole = catalogs.into_iter().find_map(|catalog| catalog.get(parent))?;
            self.matching(whole, catalogs)
        })
    }
}

fn is_meant(pattern: &str, fact: &Fact) -> bool {
    let Some(name) = plain(fact) else { return false };
    let without_arguments = || name.rest.split_once('(').map_or("", |(name, _)| name);
    match (pattern.split_once('.'), &name.schema) {
        (None, _) => glob(pattern, &name.rest) || glob(pattern, without_arguments()),
        (Some((schema, rest)), Some(own)) => {
            glob(schema, own) && (glob(rest, &name.rest) || glob(rest, without_arguments()))
        }
        (Some((schema, "*")), None) => fact.id.kind == Kind::Schema && glob(schema, &name.rest),
        (Some(_), None) => false,
    }
}

/// Whether a text is what a pattern says, in which `*` is any text.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    let mut rest = text;
    let parts: Vec<&str> = tail.split('*').collect();
    let Some((last, middle)) = parts.split_last() else { return true };
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use crosstrack_catalog::{Attributes, Catalog, Fact, Id, Kind};

    use super::{Ignore, glob};

    fn fact(kind: Kind, name: &str, parent: Option<(Kind, &str)>) -> Fact {
        let id = |(kind, name): (Kind, &str)| Id { kind, name: name.to_owned() };
        let attributes = Attributes::default();
        Fact { id: id((kind, name)), parent: parent.map(id), rank: None, derived: false, attributes }
    }

    fn is_ignored(pattern: &str, fact: &Fact, others: &[Fact]) -> bool {
        let catalog: Catalog = others.iter().cloned().collect();
        Ignore::new(&[pattern.to_owned()]).holds(fact, [&catalog, &Catalog::default()])
    }

    #[test]
    fn a_star_is_any_text() {
        assert!(glob("payload_*", "payload_pages"));
        assert!(glob("*", ""));
        assert!(glob("a*b*c", "a-b-b-c"));
        assert!(!glob("a*b*c", "a-b"));
        assert!(!glob("*_x", "x"));
        assert!(!glob("users", "users_old"));
    }

    #[test]
    fn a_name_without_a_schema_means_any() {
        let table = fact(Kind::Table, "public.payload_pages", None);
        for (pattern, expected) in [
            ("payload_*", true),
            ("public.payload_*", true),
            ("public.*", true),
            ("other.*", false),
            ("pages", false),
        ] {
            assert_eq!(is_ignored(pattern, &table, &[]), expected, "{pattern}");
        }
    }

    #[test]
    fn a_part_goes_with_its_whole_and_has_a_name_of_its_own() {
        let table = fact(Kind::Table, "public.users", None);
        let column = fact(Kind::Column, "public.users.extra", Some((Kind::Table, "public.users")));
        let check = fact(Kind::Constraint, "ok on public.users", Some((Kind::Table, "public.users")));
        for part in [&column, &check] {
            assert!(is_ignored("public.users", part, std::slice::from_ref(&table)));
        }
        assert!(is_ignored("public.users.extra", &column, &[]));
        assert!(is_ignored("public.users.ok", &check, &[]));
        assert!(!is_ignored("extra", &column, &[table]));
    }

    #[test]
    fn everything_of_a_schema_is_the_schema_too() {
        assert!(is_ignored("legacy.*", &fact(Kind::Schema, "legacy", None), &[]));
        assert!(!is_ignored("legacy.*", &fact(Kind::Schema, "public", None), &[]));
        assert!(is_ignored("postgis", &fact(Kind::Extension, "postgis", None), &[]));
        let function = fact(Kind::Function, "legacy.area(integer)", None);
        assert!(is_ignored("legacy.area", &function, &[]));
        assert!(is_ignored("legacy.area(integer)", &function, &[]));
    }
}
