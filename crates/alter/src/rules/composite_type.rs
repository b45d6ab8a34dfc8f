//! Composite types. Their attributes are columns: [`super::column`] alters them.

use crosstrack_catalog::{Fact, Kind};

use super::{column, owner};
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::Side;
use crate::statement::Statement;

pub(crate) struct CompositeTypes;

impl Rule for CompositeTypes {
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement> {
        let attributes: Vec<String> = parts.of(Kind::Column, &fact.id).map(column::attribute).collect();
        let list = attributes.join(",\n    ");
        let list = if list.is_empty() { list } else { format!("\n    {list}\n") };
        let made = Statement::new(format!("CREATE TYPE {} AS ({list})", fact.id.name));
        std::iter::once(made).chain(owner::given("TYPE", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TYPE {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        Alter::Statements(owner::changed("TYPE", change).into_iter().collect())
    }
}
