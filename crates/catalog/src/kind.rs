//! The kinds of things that a schema is made of.
//!
//! Must not know how a kind is read: that is its file's alone.

use std::fmt;

/// A kind of fact, in the order in which a list of facts is read: what things stand on first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A schema.
    Schema,
    /// An extension. What belongs to it is not a fact.
    Extension,
    /// A language for functions.
    Language,
    /// A collation.
    Collation,
    /// An enum type, with its values in order.
    EnumType,
    /// A domain.
    Domain,
    /// A composite type that is no table's.
    CompositeType,
    /// A range type.
    RangeType,
    /// A table, a partitioned table or a partition.
    Table,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A column of any of those, or an attribute of a composite type.
    Column,
    /// The default of a column.
    Default,
    /// A sequence, also that of an identity column.
    Sequence,
    /// A constraint of a table or a domain.
    Constraint,
    /// An index, also that of a constraint.
    Index,
    /// An object that gathers extended statistics.
    Statistics,
    /// A function.
    Function,
    /// A procedure.
    Procedure,
    /// An aggregate function.
    Aggregate,
    /// An operator.
    Operator,
    /// A cast.
    Cast,
    /// A trigger on a table.
    Trigger,
    /// A rewrite rule that is not a view's own.
    Rule,
    /// A policy of row security.
    Policy,
    /// A trigger on events of the database.
    EventTrigger,
    /// A publication.
    Publication,
    /// A configuration of the text search.
    TextSearchConfiguration,
    /// A dictionary of the text search.
    TextSearchDictionary,
    /// A foreign-data wrapper.
    ForeignDataWrapper,
    /// A foreign server.
    ForeignServer,
    /// What a role may do with an object, where it is not what every object of the kind begins with.
    Grant,
    /// What a role will be granted on objects to come.
    DefaultGrant,
    /// A comment.
    Comment,
    /// Something that is there and whose definition is not read: its name is all that is compared.
    Unmodelled,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 36] = [
        Self::Schema,
        Self::Extension,
        Self::Language,
        Self::Collation,
        Self::EnumType,
        Self::Domain,
        Self::CompositeType,
        Self::RangeType,
        Self::Table,
        Self::ForeignTable,
        Self::View,
        Self::MaterializedView,
        Self::Column,
        Self::Default,
        Self::Sequence,
        Self::Constraint,
        Self::Index,
        Self::Statistics,
        Self::Function,
        Self::Procedure,
        Self::Aggregate,
        Self::Operator,
        Self::Cast,
        Self::Trigger,
        Self::Rule,
        Self::Policy,
        Self::EventTrigger,
        Self::Publication,
        Self::TextSearchConfiguration,
        Self::TextSearchDictionary,
        Self::ForeignDataWrapper,
        Self::ForeignServer,
        Self::Grant,
        Self::DefaultGrant,
        Self::Comment,
        Self::Unmodelled,
    ];

    /// The word for people, for JSON, and in the queries of this crate.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Language => "language",
            Self::Collation => "collation",
            Self::EnumType => "enum type",
            Self::Domain => "domain",
            Self::CompositeType => "composite type",
            Self::RangeType => "range type",
            Self::Table => "table",
            Self::ForeignTable => "foreign table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Column => "column",
            Self::Default => "default value",
            Self::Sequence => "sequence",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Statistics => "statistics object",
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Operator => "operator",
            Self::Cast => "cast",
            Self::Trigger => "trigger",
            Self::Rule => "rule",
            Self::Policy => "policy",
            Self::EventTrigger => "event trigger",
            Self::Publication => "publication",
            Self::TextSearchConfiguration => "text search configuration",
            Self::TextSearchDictionary => "text search dictionary",
            Self::ForeignDataWrapper => "foreign-data wrapper",
            Self::ForeignServer => "server",
            Self::Grant => "grant",
            Self::DefaultGrant => "default grant",
            Self::Comment => "comment",
            Self::Unmodelled => "unmodelled object",
        }
    }

    /// The kinds that the server may mean by a word of `pg_identify_object`; none when it is of no kind that is modelled.
    pub(crate) fn meant_by(word: &str) -> &'static [Self] {
        match word {
            "type" => &[Self::EnumType, Self::Domain, Self::CompositeType, Self::RangeType],
            "domain constraint" | "table constraint" => &[Self::Constraint],
            "table column"
            | "view column"
            | "materialized view column"
            | "foreign table column"
            | "composite type column" => &[Self::Column],
            other => {
                let place = Self::ALL.iter().position(|kind| kind.as_str() == other);
                place.map_or(&[], |place| &Self::ALL[place..=place])
            }
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Kind;

    #[test]
    fn every_kind_is_meant_by_its_own_word() {
        for kind in Kind::ALL {
            assert_eq!(Kind::meant_by(kind.as_str()), [kind]);
        }
    }

    #[test]
    fn the_servers_words_are_understood() {
        assert_eq!(Kind::meant_by("table column"), [Kind::Column]);
        assert_eq!(Kind::meant_by("type").len(), 4);
        assert!(Kind::meant_by("operator class").is_empty());
    }
}
