//! Objects that gather extended statistics.

use crosstrack_catalog::Fact;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct StatisticsObjects;

impl Rule for StatisticsObjects {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let made = Statement::new(said(fact, "definition").unwrap_or_default());
        let target = said(fact, "target").map(|target| self::target(fact, target));
        std::iter::once(made).chain(target).chain(owner::given("STATISTICS", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP STATISTICS {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches(&["definition"]) {
            return Alter::Replace;
        }
        let target = change.of("target").map(|target| self::target(change.after, target.unwrap_or("-1")));
        Alter::Statements(target.into_iter().chain(owner::changed("STATISTICS", change)).collect())
    }
}

fn target(fact: &Fact, target: &str) -> Statement {
    Statement::new(format!("ALTER STATISTICS {} SET STATISTICS {target}", fact.id.name))
}
