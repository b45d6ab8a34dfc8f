//! Configurations and dictionaries of the text search.

use crosstrack_catalog::Fact;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct Configurations;
pub(crate) struct Dictionaries;

impl Rule for Configurations {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let (name, parser) = (&fact.id.name, said(fact, "parser").unwrap_or_default());
        let made = Statement::new(format!("CREATE TEXT SEARCH CONFIGURATION {name} (PARSER = {parser})"));
        let mapped = mappings(fact).into_iter().map(|(token, dictionaries)| {
            let list = dictionaries.join(", ");
            Statement::new(format!(
                "ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH {list}"
            ))
        });
        let owner = owner::given("TEXT SEARCH CONFIGURATION", fact, to);
        std::iter::once(made).chain(mapped).chain(owner).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TEXT SEARCH CONFIGURATION {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches(&["parser"]) {
            return Alter::Replace;
        }
        let name = &change.after.id.name;
        let (before, after) = (mappings(change.before), mappings(change.after));
        let gone = before.iter().filter(|mapping| !after.contains(mapping)).map(|(token, _)| {
            Statement::new(format!("ALTER TEXT SEARCH CONFIGURATION {name} DROP MAPPING FOR {token}"))
        });
        let new = after.iter().filter(|mapping| !before.contains(mapping)).map(|(token, dictionaries)| {
            let list = dictionaries.join(", ");
            Statement::new(format!(
                "ALTER TEXT SEARCH CONFIGURATION {name} ADD MAPPING FOR {token} WITH {list}"
            ))
        });
        let owner = owner::changed("TEXT SEARCH CONFIGURATION", change);
        Alter::Statements(gone.chain(new).chain(owner).collect())
    }
}

impl Rule for Dictionaries {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let template = said(fact, "template").unwrap_or_default();
        let options = said(fact, "options").map(|options| format!(", {options}")).unwrap_or_default();
        let sql = format!("CREATE TEXT SEARCH DICTIONARY {} (TEMPLATE = {template}{options})", fact.id.name);
        let owner = owner::given("TEXT SEARCH DICTIONARY", fact, to);
        std::iter::once(Statement::new(sql)).chain(owner).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TEXT SEARCH DICTIONARY {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("TEXT SEARCH DICTIONARY", change).into_iter().collect());
        }
        Alter::Replace
    }
}

/// Kinds of token and their dictionaries, in order.
fn mappings(fact: &Fact) -> Vec<(&str, Vec<&str>)> {
    let mut mappings: Vec<(&str, Vec<&str>)> = Vec::new();
    for (token, dictionary) in
        said(fact, "mappings").unwrap_or_default().split(", ").filter_map(|pair| pair.split_once(' '))
    {
        match mappings.iter_mut().find(|(other, _)| *other == token) {
            Some((_, dictionaries)) => dictionaries.push(dictionary),
            None => mappings.push((token, vec![dictionary])),
        }
    }
    mappings
}
