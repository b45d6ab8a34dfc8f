//! The objects of the target that no migration creates (schemas, extensions and event triggers of a provider or an administrator), as SQL
//! that creates them on a shadow database.
//!
//! The target is only read; the SQL is tried on a shadow database.

use std::collections::BTreeSet;

use crosstrack_alter::Statement;
use crosstrack_catalog::{Catalog, Fact, Kind, unquoted};
use crosstrack_shadow::ShadowServer;

use crate::canonical::{Canonical, canonical};
use crate::error::{SchemaError, Unproven};

/// The names that the migrations create themselves.
#[derive(Clone, Debug, Default)]
pub struct Created {
    /// Schemas, those of the migrations tables among them.
    pub schemas: BTreeSet<String>,
    /// Extensions.
    pub extensions: BTreeSet<String>,
    /// The texts of all migrations: an object that belongs to no schema is theirs where they name it.
    pub texts: Vec<String>,
}

/// The objects that existed before the first migration.
#[derive(Debug)]
pub struct Captured {
    /// The statements.
    pub statements: Vec<Statement>,
    /// The difference between what they make and what exists, if there is one.
    pub missing: Option<Unproven>,
    /// The schemas and extensions that they make.
    pub names: Vec<String>,
}

/// Writes the SQL for everything in a schema of the target that no migration creates.
///
/// # Errors
/// When there is no shadow database, or no order of statements makes it.
pub async fn capture(
    server: &ShadowServer,
    live: &Catalog,
    created: &Created,
) -> Result<Captured, SchemaError> {
    let selection = Selection::new(live, created);
    let facts: Vec<Fact> = live.facts().filter(|fact| selection.holds(live, fact)).cloned().collect();
    let names = facts.iter().filter(|fact| fact.parent.is_none() && selection.is_new(fact));
    let names = names
        .filter(|fact| matches!(fact.id.kind, Kind::Schema | Kind::Extension))
        .map(|fact| format!("{} {}", fact.id.kind.as_str(), fact.id.name))
        .collect();
    let kept: BTreeSet<_> = facts.iter().map(|fact| fact.id.clone()).collect();
    let needs = live.dependencies().pairs();
    let needs = needs.filter(|(one, other)| kept.contains(one) && kept.contains(other));
    let needs = needs.map(|(one, other)| (one.clone(), other.clone())).collect();
    let wanted = Catalog::from_iter(facts).with_dependencies(needs);
    let Canonical { statements, missing } = canonical(server, None, &wanted).await?;
    Ok(Captured { statements, missing, names })
}

/// The schemas that every database has.
const ALWAYS_THERE: [&str; 2] = ["public", "crosstrack"];

/// The extension that every database has.
const PLPGSQL: &str = "plpgsql";

/// The kinds that belong to no schema and that a provider may have created.
const OUTSIDE_OF_SCHEMAS: [Kind; 5] =
    [Kind::Language, Kind::EventTrigger, Kind::Publication, Kind::ForeignDataWrapper, Kind::ForeignServer];

struct Selection<'a> {
    created: &'a Created,
    /// The beginnings of the names of everything in the selected schemas.
    beginnings: Vec<String>,
}

impl<'a> Selection<'a> {
    fn new(live: &Catalog, created: &'a Created) -> Self {
        let schemas = live.facts().filter(|fact| fact.id.kind == Kind::Schema);
        let foreign = schemas.filter(|fact| {
            let name = unquoted(&fact.id.name);
            !ALWAYS_THERE.contains(&name.as_str()) && !created.schemas.contains(&name)
        });
        Self { created, beginnings: foreign.map(|fact| format!("{}.", fact.id.name)).collect() }
    }

    fn holds(&self, live: &Catalog, fact: &Fact) -> bool {
        let mut root = fact;
        while let Some(parent) = root.parent.as_ref().and_then(|id| live.get(id)) {
            root = parent;
        }
        self.is_new(root)
            || root.id.kind == Kind::Schema && root.id.name == ALWAYS_THERE[0]
            || is_plpgsql(root)
    }

    /// True for a fact without a parent that existed before the first migration and is not in every database.
    fn is_new(&self, root: &Fact) -> bool {
        let name = unquoted(&root.id.name);
        match root.id.kind {
            Kind::Schema => {
                self.beginnings.iter().any(|beginning| *beginning == format!("{}.", root.id.name))
            }
            Kind::Extension => !is_plpgsql(root) && !self.created.extensions.contains(&name),
            kind if OUTSIDE_OF_SCHEMAS.contains(&kind) => {
                !self.created.texts.iter().any(|text| text.contains(name.as_str()))
            }
            _ => self.beginnings.iter().any(|beginning| root.id.name.starts_with(beginning.as_str())),
        }
    }
}

fn is_plpgsql(fact: &Fact) -> bool {
    fact.id.kind == Kind::Extension && fact.id.name == PLPGSQL
}
