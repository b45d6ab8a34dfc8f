//! What a check found: expected, actual, and the statement that mends it.

/// The ways in which the database can differ from what is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// It is not there.
    Missing,
    /// An index that a failed build left behind: it is there, it costs writes, and no query uses it.
    Invalid,
    /// An index that is still being built, or whose build stopped before writes reached it.
    NotReady,
    /// A constraint that was added `NOT VALID` and never validated.
    NotValidated,
    /// It stands on another table.
    WrongTable,
    /// Other columns, or the same in another order.
    WrongColumns,
    /// Other included columns.
    WrongIncluded,
    /// Unique where it should not be, or the other way round.
    WrongUniqueness,
    /// Another access method.
    WrongMethod,
    /// Another predicate.
    WrongPredicate,
    /// A foreign key that refers to something else.
    WrongReference,
    /// A foreign key that does something else when the row it refers to is deleted.
    WrongDeleteAction,
    /// An enum type with other values, or the same in another order.
    WrongValues,
}

impl FindingKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Missing,
        Self::Invalid,
        Self::NotReady,
        Self::NotValidated,
        Self::WrongTable,
        Self::WrongColumns,
        Self::WrongIncluded,
        Self::WrongUniqueness,
        Self::WrongMethod,
        Self::WrongPredicate,
        Self::WrongReference,
        Self::WrongDeleteAction,
        Self::WrongValues,
    ];

    /// The word for JSON and for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Invalid => "invalid",
            Self::NotReady => "not-ready",
            Self::NotValidated => "not-validated",
            Self::WrongTable => "wrong-table",
            Self::WrongColumns => "wrong-columns",
            Self::WrongIncluded => "wrong-included-columns",
            Self::WrongUniqueness => "wrong-uniqueness",
            Self::WrongMethod => "wrong-method",
            Self::WrongPredicate => "wrong-predicate",
            Self::WrongReference => "wrong-reference",
            Self::WrongDeleteAction => "wrong-delete-action",
            Self::WrongValues => "wrong-values",
        }
    }
}

/// One difference between what is declared and what is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How it differs.
    pub kind: FindingKind,
    /// The kind of object and its name: ``index `idx_users_email` ``.
    pub object: String,
    /// The track that declares it.
    pub track: String,
    /// What was expected, as SQL or as a short phrase.
    pub expected: String,
    /// What is there.
    pub actual: String,
    /// The statements that mend it, in order; empty when no statement could do it without a person's decision.
    /// None of them may run inside a transaction block.
    pub mend: Vec<String>,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// The check's name, as phases name it.
    pub check: &'static str,
    /// How many objects are declared.
    pub declared: usize,
    /// How many of them are there as declared.
    pub sound: usize,
    /// What they are, in the plural: `indexes`, `foreign keys`.
    pub objects: &'static str,
    /// What differs.
    pub findings: Vec<Finding>,
}

impl CheckReport {
    /// Whether everything is as declared.
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}
