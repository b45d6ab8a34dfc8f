//! Facts in files: a kind is its word, attributes are a map.

use std::collections::BTreeMap;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::attributes::Attributes;
use crate::kind::Kind;

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        kind.ok_or_else(|| D::Error::invalid_value(Unexpected::Str(&word), &"a kind of fact"))
    }
}

impl Serialize for Attributes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Attributes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<String, String>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Attributes, Fact, Id, Kind};

    #[test]
    fn a_fact_is_read_as_it_was_written() {
        let id = |kind, name: &str| Id { kind, name: name.to_owned() };
        let whole = Fact {
            id: id(Kind::Column, "public.users.mail"),
            parent: Some(id(Kind::Table, "public.users")),
            rank: Some(2),
            derived: true,
            attributes: Attributes::from_iter([("type", "text".to_owned())]),
        };
        let least = Fact {
            id: id(Kind::Schema, "auth"),
            parent: None,
            rank: None,
            derived: false,
            attributes: Attributes::default(),
        };
        for (fact, text) in [
            (
                whole,
                r#"{"kind":"column","name":"public.users.mail","parent":{"kind":"table","name":"public.users"},"rank":2,"derived":true,"attributes":{"type":"text"}}"#,
            ),
            (least, r#"{"kind":"schema","name":"auth"}"#),
        ] {
            assert_eq!(serde_json::to_string(&fact).ok().as_deref(), Some(text));
            assert_eq!(serde_json::from_str::<Fact>(text).ok(), Some(fact));
        }
        let unknown = serde_json::from_str::<Fact>(r#"{"kind":"tabel","name":"auth"}"#);
        assert!(unknown.is_err_and(|error| error.to_string().contains("a kind of fact")));
    }
}
