//! Triggers, rewrite rules and event triggers: what happens when something else does, and whether it is switched on.

use crosstrack_catalog::Fact;
use crosstrack_database::quote_literal;

use super::owner;
use crate::expression;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Triggers;
pub(crate) struct Rules;
pub(crate) struct EventTriggers;

impl Rule for Triggers {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        written(fact, "TRIGGER")
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TRIGGER {} ON {}", fact.id.own_name(), table(fact)))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        switched(change, "TRIGGER")
    }
}

impl Rule for Rules {
    fn create(&self, fact: &Fact, _: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        written(fact, "RULE")
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP RULE {} ON {}", fact.id.own_name(), table(fact)))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        switched(change, "RULE")
    }
}

impl Rule for EventTriggers {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let text = |attribute| said(fact, attribute).unwrap_or_default();
        let mut sql = format!("CREATE EVENT TRIGGER {} ON {}", fact.id.name, text("event"));
        if let Some(tags) = said(fact, "tags").filter(|tags| !tags.is_empty()) {
            let tags: Vec<String> = tags.split(", ").map(quote_literal).collect();
            sql += &format!(" WHEN TAG IN ({})", tags.join(", "));
        }
        sql += &format!(" EXECUTE FUNCTION {}()", text("function"));
        let switch = Some(text("enabled"))
            .filter(|enabled| *enabled != "origin")
            .map(|enabled| event_switch(fact, enabled));
        std::iter::once(Statement::new(sql))
            .chain(switch)
            .chain(owner::given("EVENT TRIGGER", fact, to))
            .collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP EVENT TRIGGER {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if !change.touches_only(&["enabled", "owner"]) {
            return Alter::Replace;
        }
        let switch = change.of("enabled").flatten().map(|enabled| event_switch(change.after, enabled));
        Alter::Statements(switch.into_iter().chain(owner::changed("EVENT TRIGGER", change)).collect())
    }
}

/// The server's own text, and the switch where it is not as it is at first.
fn written(fact: &Fact, word: &str) -> Vec<Statement> {
    let definition = expression::readable(said(fact, "definition").unwrap_or_default().trim_end_matches(';'));
    let switch = said(fact, "enabled").filter(|enabled| *enabled != "origin");
    let switch = switch.map(|enabled| self::switch(fact, word, enabled));
    std::iter::once(Statement::new(definition)).chain(switch).collect()
}

fn switched(change: &Change<'_>, word: &str) -> Alter {
    match change.of("enabled").flatten() {
        Some(enabled) if change.touches_only(&["enabled"]) => {
            Alter::Statements(vec![switch(change.after, word, enabled)])
        }
        _ => Alter::Replace,
    }
}

fn switch(fact: &Fact, word: &str, enabled: &str) -> Statement {
    let name = fact.id.own_name();
    Statement::new(format!("ALTER TABLE {} {} {word} {name}", table(fact), verb(enabled)))
}

fn event_switch(fact: &Fact, enabled: &str) -> Statement {
    Statement::new(format!("ALTER EVENT TRIGGER {} {}", fact.id.name, verb(enabled)))
}

fn verb(enabled: &str) -> &'static str {
    match enabled {
        "replica" => "ENABLE REPLICA",
        "always" => "ENABLE ALWAYS",
        "no" => "DISABLE",
        _ => "ENABLE",
    }
}

fn table(fact: &Fact) -> &str {
    fact.parent.as_ref().map(|parent| parent.name.as_str()).unwrap_or_default()
}
