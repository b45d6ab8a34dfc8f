//! Range types.

use crosstrack_catalog::Fact;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::Statement;

pub(crate) struct RangeTypes;

/// Options of `CREATE TYPE ... AS RANGE`, and the attributes that hold their values.
const OPTIONS: [(&str, &str); 6] = [
    ("SUBTYPE", "subtype"),
    ("SUBTYPE_OPCLASS", "operator_class"),
    ("COLLATION", "collation"),
    ("CANONICAL", "canonical"),
    ("SUBTYPE_DIFF", "subtype_difference"),
    ("MULTIRANGE_TYPE_NAME", "multirange"),
];

impl Rule for RangeTypes {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let options = OPTIONS
            .iter()
            .filter_map(|(option, attribute)| Some(format!("{option} = {}", said(fact, attribute)?)));
        let options: Vec<String> = options.collect();
        let made = Statement::new(format!("CREATE TYPE {} AS RANGE ({})", fact.id.name, options.join(", ")));
        std::iter::once(made).chain(owner::given("TYPE", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TYPE {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        if change.touches_only(&["owner"]) {
            return Alter::Statements(owner::changed("TYPE", change).into_iter().collect());
        }
        Alter::Replace
    }
}
