//! What the catalog says of a declared index.
//!
//! It must not compare it with the declaration.

use crosstrack_database::Row;

use crate::answer::{AnswerError, CatalogName, FoundTable};
use crate::definition::Definition;

/// What the catalog says of one declared index.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// There is no table.
    NoTable,
    /// The name is taken by something that is no index: its letter in `pg_class.relkind`.
    Occupied { relkind: String },
    /// There is no index of this name; these are the table's others.
    Absent { table: FoundTable, others: Vec<FoundIndex> },
    /// There is an index of this name.
    Present { table: FoundTable, index: Box<FoundIndex> },
}

/// An index as the catalog describes it.
#[derive(Clone, Debug)]
pub(super) struct FoundIndex {
    pub(super) name: String,
    pub(super) table: CatalogName,
    pub(super) definition: Definition,
    pub(super) state: State,
    pub(super) is_partitioned: bool,
    /// Whether it belongs to the index of a partitioned table.
    pub(super) is_partition: bool,
    /// The constraint that it serves.
    pub(super) constraint: Option<String>,
}

/// How far an index is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is used.
    Valid,
    /// It is written to and not used.
    Invalid,
    /// It is not even written to.
    NotReady,
    /// It is being dropped, or a drop broke off.
    Dying,
    /// A session is building it.
    BeingBuilt {
        /// The session's process.
        pid: String,
    },
}

impl Found {
    pub(super) fn read(rows: &[&Row]) -> Result<Self, AnswerError> {
        let Some(first) = rows.first() else { return Ok(Self::NoTable) };
        let Some(table) = FoundTable::read(first)? else { return Ok(Self::NoTable) };
        let mut indexes = Vec::new();
        for row in rows {
            indexes.extend(FoundIndex::read(row)?);
        }
        Ok(match first.optional("named_kind")? {
            None => Self::Absent { table, others: indexes },
            Some(relkind) => match indexes.into_iter().next() {
                Some(index) => Self::Present { table, index: Box::new(index) },
                None => Self::Occupied { relkind: relkind.to_owned() },
            },
        })
    }
}

impl FoundIndex {
    fn read(row: &Row) -> Result<Option<Self>, AnswerError> {
        let Some(name) = row.optional("index_name")? else { return Ok(None) };
        let schema = row.text("index_schema")?;
        let words = row.text("definition")?;
        let definition = Definition::of_server(words, schema)
            .ok_or_else(|| AnswerError::Definition { words: words.to_owned() })?;
        Ok(Some(Self {
            name: name.to_owned(),
            table: CatalogName { schema: schema.to_owned(), name: row.text("index_table_name")?.to_owned() },
            definition,
            state: State::read(row)?,
            is_partitioned: row.text("index_kind")? == "I",
            is_partition: row.truth("is_partition")?,
            constraint: row.optional("constraint_name")?.map(str::to_owned),
        }))
    }
}

impl State {
    fn read(row: &Row) -> Result<Self, AnswerError> {
        Ok(if !row.truth("indislive")? {
            Self::Dying
        } else if let Some(pid) = row.optional("builder")? {
            Self::BeingBuilt { pid: pid.to_owned() }
        } else if !row.truth("indisready")? {
            Self::NotReady
        } else if row.truth("indisvalid")? {
            Self::Valid
        } else {
            Self::Invalid
        })
    }
}
