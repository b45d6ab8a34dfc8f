//! Aggregate functions.

use crosstrack_catalog::Fact;
use crosstrack_database::quote_literal;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Aggregates;

/// Options of `CREATE AGGREGATE` that name something, and the attributes that hold their values.
const NAMES: [(&str, &str); 11] = [
    ("SFUNC", "transition"),
    ("STYPE", "state"),
    ("FINALFUNC", "final"),
    ("COMBINEFUNC", "combine"),
    ("SERIALFUNC", "serialize"),
    ("DESERIALFUNC", "deserialize"),
    ("MSFUNC", "moving_transition"),
    ("MINVFUNC", "moving_inverse"),
    ("MSTYPE", "moving_state"),
    ("MFINALFUNC", "moving_final"),
    ("SORTOP", "sort_operator"),
];

impl Rule for Aggregates {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let mut options: Vec<String> = Vec::new();
        for (option, attribute) in NAMES {
            if let Some(value) = said(fact, attribute) {
                let value = if attribute == "sort_operator" {
                    format!("OPERATOR({})", value.split_once('(').map_or(value, |(name, _)| name))
                } else {
                    value.to_owned()
                };
                options.push(format!("{option} = {value}"));
            }
        }
        for (option, attribute) in [("INITCOND", "initial"), ("MINITCOND", "moving_initial")] {
            options.extend(said(fact, attribute).map(|value| format!("{option} = {}", quote_literal(value))));
        }
        options.extend(manners_of_final(fact));
        match said(fact, "parallel") {
            Some("s") => options.push("PARALLEL = SAFE".to_owned()),
            Some("r") => options.push("PARALLEL = RESTRICTED".to_owned()),
            _ => {}
        }
        if said(fact, "form") == Some("h") {
            options.push("HYPOTHETICAL".to_owned());
        }
        let name = fact.id.name.split_once('(').map_or(fact.id.name.as_str(), |(name, _)| name);
        let arguments = said(fact, "arguments").filter(|text| !text.is_empty()).unwrap_or("*");
        let made = Statement::new(format!("CREATE AGGREGATE {name}({arguments}) ({})", options.join(", ")));
        std::iter::once(made).chain(owner::given("AGGREGATE", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let signature = fact.id.name.replace("()", "(*)");
        vec![Statement::new(format!("DROP AGGREGATE {signature}"))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("AGGREGATE", change).into_iter().collect());
        }
        Alter::Replace
    }
}

/// `t f r r`: whether the final functions take extra arguments, and what they do to the state.
fn manners_of_final(fact: &Fact) -> Vec<String> {
    let manners: Vec<&str> = said(fact, "final_manners").unwrap_or_default().split(' ').collect();
    let usual = if said(fact, "form") == Some("n") { "r" } else { "w" };
    let mut options = Vec::new();
    let both = [("FINALFUNC", "final", 0, 2), ("MFINALFUNC", "moving_final", 1, 3)];
    for (word, _, extra, modify) in both.into_iter().filter(|both| said(fact, both.1).is_some()) {
        if manners.get(extra) == Some(&"t") {
            options.push(format!("{word}_EXTRA"));
        }
        let modifies = manners.get(modify).copied().unwrap_or(usual);
        if modifies != usual {
            let how = match modifies {
                "s" => "SHAREABLE",
                "w" => "READ_WRITE",
                _ => "READ_ONLY",
            };
            options.push(format!("{word}_MODIFY = {how}"));
        }
    }
    options
}
