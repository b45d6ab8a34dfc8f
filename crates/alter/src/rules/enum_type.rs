//! Enum types. A value can be added; one that goes, or stands elsewhere, takes a new type under the old name.

use crosstrack_catalog::Fact;
use crosstrack_loss::enum_values;

use super::owner;
use crate::node::Parts;
use crate::rule::{Alter, Change, Rule};
use crate::side::{Side, said};
use crate::statement::{Hazard, Statement};

pub(crate) struct EnumTypes;

impl Rule for EnumTypes {
    fn create(&self, fact: &Fact, to: &Side<'_>, _: &Parts<'_>) -> Vec<Statement> {
        let values = said(fact, "values").unwrap_or_default();
        let made = Statement::new(format!("CREATE TYPE {} AS ENUM ({values})", fact.id.name));
        std::iter::once(made).chain(owner::given("TYPE", fact, to)).collect()
    }

    fn drop(&self, fact: &Fact, _: &Side<'_>) -> Vec<Statement> {
        vec![Statement::new(format!("DROP TYPE {}", fact.id.name))]
    }

    fn alter(&self, change: &Change<'_>) -> Alter {
        let (before, after) = (values(change.before), values(change.after));
        let Some(added) = additions(&before, &after) else { return Alter::Replace };
        let name = &change.after.id.name;
        let mut statements: Vec<Statement> = added
            .into_iter()
            .map(|(value, place)| Statement::new(format!("ALTER TYPE {name} ADD VALUE {value}{place}")))
            .collect();
        statements.extend(owner::changed("TYPE", change));
        Alter::Statements(statements)
    }
}

/// The values of an enum type, in order, as literals.
fn values(fact: &Fact) -> Vec<String> {
    enum_values(said(fact, "values").unwrap_or_default())
}

/// The values that come, and where; nothing when one goes or stands elsewhere.
fn additions(before: &[String], after: &[String]) -> Option<Vec<(String, String)>> {
    let kept: Vec<&String> = after.iter().filter(|value| before.contains(value)).collect();
    if kept != before.iter().collect::<Vec<_>>() {
        return None;
    }
    let mut additions = Vec::new();
    for (place, value) in after.iter().enumerate().filter(|(_, value)| !before.contains(value)) {
        let next = after[place..].iter().find(|value| before.contains(value));
        additions.push((value.clone(), next.map(|next| format!(" BEFORE {next}")).unwrap_or_default()));
    }
    Some(additions)
}

/// A statement that casts rows to a type that may lack their value.
pub(crate) fn cast(statement: Statement) -> Statement {
    statement.with(Hazard::Rewrite).with(Hazard::FailsOnRows)
}

#[cfg(test)]
mod tests {
    use super::additions;
    use crosstrack_loss::enum_values;

    #[test]
    fn a_value_is_added_where_it_stands() {
        let said = |before: &str, after: &str| additions(&enum_values(before), &enum_values(after));
        let one = |value: &str, place: &str| (value.to_owned(), place.to_owned());
        assert_eq!(said("'a', 'b'", "'a', 'b', 'c', 'd'"), Some(vec![one("'c'", ""), one("'d'", "")]));
        let both = vec![one("'x'", " BEFORE 'a'"), one("'y'", " BEFORE 'b'")];
        assert_eq!(said("'a', 'b'", "'x', 'a', 'y', 'b'"), Some(both));
        assert_eq!(said("'a', 'b'", "'b', 'a'"), None);
        assert_eq!(said("'a', 'b'", "'a'"), None);
    }
}
