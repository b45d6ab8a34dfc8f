//! Collations.

use crosstrack_catalog::Fact;
use crosstrack_database::quote_literal;
use serde_json::Value;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Collations;

impl Rule for Collations {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let definition: Value =
            said(fact, "definition").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let made = Statement::new(format!("CREATE COLLATION {} ({})", fact.id.name, options(&definition)));
        std::iter::once(made).chain(owner::given("COLLATION", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP COLLATION {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("COLLATION", change).into_iter().collect());
        }
        Alter::Replace
    }
}

/// By the columns of <https://www.postgresql.org/docs/current/catalog-pg-collation.html>, whose names differ between versions.
fn options(definition: &Value) -> String {
    let text = |names: &[&str]| names.iter().find_map(|name| definition.get(*name)?.as_str());
    let mut options = Vec::new();
    match text(&["collprovider"]) {
        Some("i") => options.push("PROVIDER = icu".to_owned()),
        Some("b") => options.push("PROVIDER = builtin".to_owned()),
        _ => options.push("PROVIDER = libc".to_owned()),
    }
    match text(&["colllocale", "colliculocale"]) {
        Some(locale) => options.push(format!("LOCALE = {}", quote_literal(locale))),
        None => {
            for (option, column) in [("LC_COLLATE", "collcollate"), ("LC_CTYPE", "collctype")] {
                options.extend(text(&[column]).map(|value| format!("{option} = {}", quote_literal(value))));
            }
        }
    }
    if definition.get("collisdeterministic").and_then(Value::as_bool) == Some(false) {
        options.push("DETERMINISTIC = false".to_owned());
    }
    options.extend(text(&["collicurules"]).map(|rules| format!("RULES = {}", quote_literal(rules))));
    options.join(", ")
}
