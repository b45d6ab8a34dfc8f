//! Functions and procedures.

use crosstrack_catalog::{Fact, Kind};

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct Routines;

impl Rule for Routines {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        std::iter::once(definition(fact)).chain(owner::given(word(fact), fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        let gone = Statement::new(format!("DROP {} {}", word(fact), fact.id.name));
        vec![gone.with(Hazard::BreaksPrograms)]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if head(change.before) != head(change.after) {
            return Alter::Replace;
        }
        let written = change.of("definition").map(|_| definition(change.after));
        Alter::Statements(written.into_iter().chain(owner::changed(word(change.after), change)).collect())
    }
}

/// The server's own text, which replaces what is there.
fn definition(fact: &Fact) -> Statement {
    Statement::new(said(fact, "definition").unwrap_or_default())
}

/// Name, arguments and result, which nothing can replace: what comes before the language.
fn head(fact: &Fact) -> &str {
    let definition = said(fact, "definition").unwrap_or_default();
    definition.split_once("\n LANGUAGE ").map_or(definition, |(head, _)| head)
}

fn word(fact: &Fact) -> &'static str {
    if fact.id.kind == Kind::Procedure { "PROCEDURE" } else { "FUNCTION" }
}
