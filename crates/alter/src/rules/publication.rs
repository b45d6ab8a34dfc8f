//! Publications. One that is different is made anew: what subscribes to it asks for it by its name.

use crosstrack_catalog::Fact;
use serde_json::Value;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Publications;

impl Rule for Publications {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let manners: Value =
            said(fact, "manners").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let is_true = |column: &str| manners.get(column).and_then(Value::as_bool) == Some(true);
        let mut sql = format!("CREATE PUBLICATION {}", fact.id.name);
        let mut contents = Vec::new();
        if is_true("puballtables") {
            contents.push("ALL TABLES".to_owned());
        }
        contents.extend(said(fact, "tables").map(|tables| format!("TABLE {tables}")));
        contents.extend(said(fact, "schemas").map(|schemas| format!("TABLES IN SCHEMA {schemas}")));
        if !contents.is_empty() {
            sql += &format!(" FOR {}", contents.join(", "));
        }
        let operations = [
            ("pubinsert", "insert"),
            ("pubupdate", "update"),
            ("pubdelete", "delete"),
            ("pubtruncate", "truncate"),
        ];
        let published: Vec<&str> =
            operations.iter().filter(|(column, _)| is_true(column)).map(|(_, word)| *word).collect();
        let mut options = Vec::new();
        if published.len() < operations.len() {
            options.push(format!("publish = '{}'", published.join(", ")));
        }
        if is_true("pubviaroot") {
            options.push("publish_via_partition_root = true".to_owned());
        }
        if !options.is_empty() {
            sql += &format!(" WITH ({})", options.join(", "));
        }
        std::iter::once(Statement::new(sql)).chain(owner::given("PUBLICATION", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP PUBLICATION {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("PUBLICATION", change).into_iter().collect());
        }
        Alter::Replace
    }
}
