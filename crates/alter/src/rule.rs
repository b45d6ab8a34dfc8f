//! What a kind's rule answers.

use crosstrack_catalog::{Fact, Kind};

use crate::node::Parts;
use crate::rules;
use crate::side::{Side, said};
use crate::statement::Statement;

/// How a kind is written.
pub(crate) trait Rule {
    /// Makes it, with the parts that are written in the same statement.
    fn create(&self, fact: &Fact, to: &Side<'_>, parts: &Parts<'_>) -> Vec<Statement>;

    /// Makes it go.
    fn drop(&self, fact: &Fact, from: &Side<'_>) -> Vec<Statement>;

    /// Makes it different.
    fn alter(&self, change: &Change<'_>) -> Alter {
        let _ = change;
        Alter::Replace
    }

    /// What can only be said when everything else is there.
    fn finish(&self, fact: &Fact, to: &Side<'_>, before: Option<&Fact>) -> Vec<Statement> {
        let _ = (fact, to, before);
        Vec::new()
    }
}

/// Something that is there and is to be different.
pub(crate) struct Change<'a> {
    pub(crate) before: &'a Fact,
    pub(crate) after: &'a Fact,
    pub(crate) from: &'a Side<'a>,
    pub(crate) to: &'a Side<'a>,
    /// Whether the type of this column is made anew under its old name.
    pub(crate) is_retyped: bool,
}

/// How something is made different.
pub(crate) enum Alter {
    /// By these statements.
    Statements(Vec<Statement>),
    /// It goes and comes again.
    Replace,
}

impl Change<'_> {
    /// What an attribute is to become, if that is something else than it was.
    #[expect(
        clippy::option_option,
        reason = "whether it changes and whether it then says anything are two questions"
    )]
    pub(crate) fn of(&self, attribute: &str) -> Option<Option<&str>> {
        let (before, after) = (said(self.before, attribute), said(self.after, attribute));
        (before != after).then_some(after)
    }

    /// Whether one of these attributes is to be different.
    pub(crate) fn touches(&self, attributes: &[&str]) -> bool {
        attributes.iter().any(|attribute| self.of(attribute).is_some())
    }

    /// Whether nothing but these attributes is to be different.
    pub(crate) fn touches_only(&self, attributes: &[&str]) -> bool {
        let both = self.before.attributes.keys().chain(self.after.attributes.keys());
        both.filter(|name| self.of(name).is_some()).all(|name| attributes.contains(&name))
    }
}

/// The rule of a kind; none for what is known by its name only.
pub(crate) fn rule_of(kind: Kind) -> Option<&'static dyn Rule> {
    Some(match kind {
        Kind::Schema => &rules::schema::Schemas,
        Kind::Extension => &rules::extension::Extensions,
        Kind::EnumType => &rules::enum_type::EnumTypes,
        Kind::Domain => &rules::domain::Domains,
        Kind::CompositeType => &rules::composite_type::CompositeTypes,
        Kind::RangeType => &rules::range_type::RangeTypes,
        Kind::Collation => &rules::collation::Collations,
        Kind::Table => &rules::table::Tables,
        Kind::ForeignTable => &rules::foreign::ForeignTables,
        Kind::View => &rules::view::Views,
        Kind::MaterializedView => &rules::view::MaterializedViews,
        Kind::Column => &rules::column::Columns,
        Kind::Default => &rules::default::Defaults,
        Kind::Sequence => &rules::sequence::Sequences,
        Kind::Constraint => &rules::constraint::Constraints,
        Kind::Index => &rules::index::Indexes,
        Kind::Statistics => &rules::statistics::StatisticsObjects,
        Kind::Function | Kind::Procedure => &rules::routine::Routines,
        Kind::Aggregate => &rules::aggregate::Aggregates,
        Kind::Operator => &rules::operator::Operators,
        Kind::Cast => &rules::operator::Casts,
        Kind::Trigger => &rules::trigger::Triggers,
        Kind::Rule => &rules::trigger::Rules,
        Kind::Policy => &rules::policy::Policies,
        Kind::EventTrigger => &rules::trigger::EventTriggers,
        Kind::Publication => &rules::publication::Publications,
        Kind::TextSearchConfiguration => &rules::text_search::Configurations,
        Kind::TextSearchDictionary => &rules::text_search::Dictionaries,
        Kind::ForeignDataWrapper => &rules::foreign::Wrappers,
        Kind::ForeignServer => &rules::foreign::Servers,
        Kind::Grant => &rules::grant::Grants,
        Kind::DefaultGrant => &rules::default_grant::DefaultGrants,
        Kind::Comment => &rules::comment::Comments,
        Kind::Language | Kind::Unmodelled => return None,
    })
}
