//! Schemas.

use crosstrack_catalog::Fact;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::Side;
use crate::statement::Statement;

pub(crate) struct Schemas;

impl Rule for Schemas {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let made = Statement::new(format!("CREATE SCHEMA {}", fact.id.name));
        std::iter::once(made).chain(owner::given("SCHEMA", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP SCHEMA {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        Alter::Statements(owner::changed("SCHEMA", change).into_iter().collect())
    }
}
