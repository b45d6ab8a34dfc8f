//! The contents of a database, as far as `fresh` could lose something of them, and their comparison with those of a copy.
//!
//! It reads only. Rows are none of its business: the rows of the migrations' own tables are dropped by `fresh` anyway.

use std::collections::BTreeSet;

use crosstrack_catalog::{Catalog, Fact, Id, Kind, Scope, read_catalog};
use crosstrack_database::Snapshot;
use crosstrack_engine::journal_shape;
use futures_util::future::try_join4;

use crate::error::ShadowError;
use crate::objects::{OBJECTS, Object, read_object};
use crate::replacement::fingerprint::SHARED;

/// The contents of a database.
#[derive(Clone, Debug)]
pub struct Contents {
    catalog: Catalog,
    objects: BTreeSet<Object>,
    /// The audit log's tables, as far as the catalog leaves them out: their privileges, triggers and whatever else is in that schema.
    journal: String,
    /// Lines about everything else.
    remainder: Vec<String>,
}

/// Changes to PostgreSQL's own objects, and large objects. Numbers below 16384 are PostgreSQL's own, and the same in all databases of
/// a server.
const REMAINDER: &str = "
SELECT line FROM (
    SELECT format('privileges of relation %s: %s', oid, relacl) FROM pg_class WHERE oid < 16384 AND relacl IS NOT NULL
    UNION ALL SELECT format('privileges of column %s.%s: %s', attrelid, attnum, attacl) FROM pg_attribute
        WHERE attrelid < 16384 AND attacl IS NOT NULL
    UNION ALL SELECT format('privileges of routine %s: %s', oid, proacl) FROM pg_proc WHERE oid < 16384 AND proacl IS NOT NULL
    UNION ALL SELECT format('privileges of type %s: %s', oid, typacl) FROM pg_type WHERE oid < 16384 AND typacl IS NOT NULL
    UNION ALL SELECT format('privileges of language %s: %s', oid, lanacl) FROM pg_language WHERE lanacl IS NOT NULL
    UNION ALL SELECT format('privileges of schema %s: %s', nspname, nspacl) FROM pg_namespace WHERE oid < 16384 AND nspacl IS NOT NULL
    UNION ALL SELECT format('relation %I', relname) FROM pg_class WHERE oid >= 16384
        AND relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    UNION ALL SELECT format('routine %I', proname) FROM pg_proc WHERE oid >= 16384
        AND pronamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    UNION ALL SELECT format('type %I', typname) FROM pg_type WHERE oid >= 16384
        AND typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
    UNION ALL SELECT format('large object %s', oid) FROM pg_largeobject_metadata
) AS lines(line) ORDER BY line COLLATE \"C\"";

impl Contents {
    /// Reads them.
    ///
    /// # Errors
    /// When the server refuses or does not answer any more.
    pub async fn read(snapshot: Snapshot<'_>) -> Result<Self, ShadowError> {
        let (objects, remainder, shared, journal) = try_join4(
            snapshot.rows("list the objects", OBJECTS),
            snapshot.rows("list other properties of the database", REMAINDER),
            snapshot.rows("list the properties of the database", SHARED),
            journal_shape(&snapshot),
        )
        .await?;
        // It empties the search path, so it comes last.
        let catalog = read_catalog(&snapshot, &Scope::default()).await?;
        snapshot.end().await?;
        let line = |row: &crosstrack_database::Row| row.text("line").map(str::to_owned);
        Ok(Self {
            catalog,
            objects: objects.iter().map(read_object).collect::<Result<_, _>>()?,
            journal,
            remainder: remainder.iter().chain(&shared).map(line).collect::<Result<_, _>>()?,
        })
    }

    /// The objects.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter()
    }

    /// The first thing that differs between two databases beside the objects of the migrations and their parts; nothing where a copy
    /// of the other one is as good as this database without them.
    pub fn difference(&self, copy: &Self, own: &BTreeSet<Object>) -> Option<String> {
        if !self.journal.is_empty() && self.journal != copy.journal {
            return Some("the tables of the audit log".to_owned());
        }
        let lines = |left: &Self, right: &Self| {
            left.remainder.iter().find(|line| !right.remainder.contains(line)).cloned()
        };
        let (mine, others) = (self.facts_beside(own), copy.facts_beside(own));
        let fact = |left: &[&Fact], right: &[&Fact]| {
            left.iter().find(|fact| !right.contains(fact)).map(|fact| fact.id.to_string())
        };
        lines(self, copy)
            .or_else(|| lines(copy, self))
            .or_else(|| fact(&mine, &others))
            .or_else(|| fact(&others, &mine))
    }

    /// The facts that are neither about one of these objects nor about a part of one.
    fn facts_beside(&self, own: &BTreeSet<Object>) -> Vec<&Fact> {
        self.catalog.facts().filter(|fact| !self.is_of(own, &fact.id)).collect()
    }

    /// An object of a schema is not one of its parts: another program's table stays, although it is in a schema of the migrations.
    fn is_of(&self, own: &BTreeSet<Object>, id: &Id) -> bool {
        if is_object(id.kind) {
            return own.contains(&Object { kind: word(id.kind).to_owned(), identity: id.name.clone() });
        }
        let parent = self.catalog.get(id).and_then(|fact| fact.parent.as_ref());
        parent.is_some_and(|parent| self.is_of(own, parent))
    }
}

/// The kinds of [`OBJECTS`].
fn is_object(kind: Kind) -> bool {
    use Kind::{
        Aggregate, Collation, CompositeType, Domain, EnumType, EventTrigger, Extension, ForeignDataWrapper,
        ForeignServer, ForeignTable, Function, MaterializedView, Operator, Procedure, Publication, RangeType,
        Schema, Sequence, Table, TextSearchConfiguration, TextSearchDictionary, View,
    };
    match kind {
        Aggregate
        | Collation
        | CompositeType
        | Domain
        | EnumType
        | EventTrigger
        | Extension
        | ForeignDataWrapper
        | ForeignServer
        | ForeignTable
        | Function
        | MaterializedView
        | Operator
        | Procedure
        | Publication
        | RangeType
        | Schema
        | Sequence
        | Table
        | TextSearchConfiguration
        | TextSearchDictionary
        | View => true,
        Kind::Language
        | Kind::Column
        | Kind::Default
        | Kind::Constraint
        | Kind::Index
        | Kind::Statistics
        | Kind::Cast
        | Kind::Trigger
        | Kind::Rule
        | Kind::Policy
        | Kind::Grant
        | Kind::DefaultGrant
        | Kind::Comment
        | Kind::Unmodelled => false,
    }
}

/// The server's word for a kind.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::EnumType | Kind::Domain | Kind::CompositeType | Kind::RangeType => "type",
        other => other.as_str(),
    }
}
