//! The way from one schema to another and back, gone on a shadow database before anybody sees it.

use std::collections::BTreeSet;
use std::fmt;

use crosstrack_alter::{Statement, alter, online};
use crosstrack_catalog::{Catalog, Change, Difference, Id, Kind, differences};
use crosstrack_database::QueryError;

use crosstrack_shadow::ShadowServer;

use crate::bench::{Bench, on_a_bench};
use crate::error::{SchemaError, Unproven};
use crate::rename::Rename;
use crate::rows::{check_rows, reaches_rows};
use crate::texts::{is_of_a_text, made_again};

/// Statements that lead from one schema to another, and statements that lead back.
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// From the first to the second.
    pub up: Vec<Statement>,
    /// From the second to the first.
    pub down: Vec<Statement>,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the first to the second.
    Up,
    /// From the second to the first.
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Up => "lead there",
            Self::Down => "lead back",
        })
    }
}

/// A way that is to be found.
#[derive(Clone, Copy)]
pub struct Journey<'a> {
    /// The schema that it begins with.
    pub from: &'a Catalog,
    /// The schema that it leads to.
    pub to: &'a Catalog,
    /// What gets another name, and is not something else.
    pub renames: &'a [Rename],
    /// The tables that others are to write to meanwhile, where there are statements that let them.
    pub large: &'a BTreeSet<String>,
}

/// Finds the way from one schema to another and back, and proves it: on a shadow database the first is made, then the second of it,
/// then the first again. Where something has to be committed on the way, there or back, each part is a way of its own, with its own way
/// back.
///
/// # Errors
/// When there is no shadow database, or no way was found: what the server refuses, or what is still different, is in the error.
pub async fn find_way(server: &ShadowServer, journey: Journey<'_>) -> Result<Vec<Way>, SchemaError> {
    let found = match find_in_parts(server, journey, DETOURS).await {
        // Some things can only be done in one go.
        Err(SchemaError::Unproven { .. }) if !journey.large.is_empty() => {
            let large = &BTreeSet::new();
            find_in_parts(server, Journey { large, ..journey }, DETOURS).await
        }
        found => found,
    };
    let ways = found?;
    if differences(journey.from, journey.to).iter().any(reaches_rows) {
        check_rows(server, journey.from, &ways).await?;
    }
    Ok(ways)
}

/// How often a way may be cut where its way back has to commit. Once for each enum whose values go is enough.
const DETOURS: usize = 8;

/// What was found on a bench.
enum Found {
    Ways(Vec<Way>),
    /// The way back has to commit something at this place.
    Detour {
        place: Box<Catalog>,
        /// Whether what is renamed is renamed before it.
        is_renamed: bool,
    },
}

async fn find_in_parts(
    server: &ShadowServer,
    journey: Journey<'_>,
    detours: usize,
) -> Result<Vec<Way>, SchemaError> {
    let may_detour = detours > 0;
    let found =
        on_a_bench(server, &[], async |bench| find(server, bench, (journey, may_detour)).await).await?;
    let (place, is_renamed) = match found {
        Found::Ways(ways) => return Ok(ways),
        Found::Detour { place, is_renamed } => (place, is_renamed),
    };
    let (before, after): (&[Rename], &[Rename]) =
        if is_renamed { (journey.renames, &[]) } else { (&[], journey.renames) };
    let first = Journey { to: &place, renames: before, ..journey };
    let second = Journey { from: &place, renames: after, ..journey };
    let mut ways = Box::pin(find_in_parts(server, first, detours - 1)).await?;
    ways.extend(Box::pin(find_in_parts(server, second, detours - 1)).await?);
    Ok(ways)
}

fn refused_statement((statement, source): (String, QueryError), direction: Direction) -> SchemaError {
    SchemaError::Unproven { direction, unproven: Box::new(Unproven::Refused { statement, source }) }
}

async fn find(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    (Journey { from, to, renames, large }, may_detour): (Journey<'_>, bool),
) -> Result<Found, SchemaError> {
    make(server, bench, from).await?;
    let mut up = renamed(bench, (from, renames)).await?;
    let start = if up.is_empty() { from.clone() } else { bench.catalog().await? };
    let renaming = up.len();
    // A table of a new name is one that was there under another.
    let has_new_name = |table: &str| {
        let id = Id { kind: Kind::Table, name: table.to_owned() };
        !renames.is_empty() && !large.is_empty() && from.get(&id).is_none()
    };
    up.extend(online(alter(&start, to, bench.acting())?, |table| {
        large.contains(table) || has_new_name(table)
    }));
    let mut stations = vec![from.clone()];
    let mut parts: Vec<Vec<Statement>> = Statement::parts(&up).map(<[_]>::to_vec).collect();
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    for (number, part) in parts.iter().enumerate() {
        let done = if number == 0 { renaming } else { 0 };
        bench.run(&part[done..]).await.map_err(|refused| refused_statement(refused, Direction::Up))?;
        stations.push(if number + 1 == parts.len() { to.clone() } else { bench.catalog().await? });
    }
    let differences = remaining(server, bench, to).await?;
    if !differences.is_empty() {
        let unproven = Box::new(Unproven::Differs { differences });
        return Err(SchemaError::Unproven { direction: Direction::Up, unproven });
    }
    let back: Vec<Rename> = renames.iter().rev().map(Rename::back).collect();
    let mut ways = Vec::new();
    for (number, up) in parts.into_iter().enumerate().rev() {
        let renames = if number == 0 { back.as_slice() } else { &[] };
        let is_outside = up.iter().any(Statement::is_outside);
        let mut down = renamed(bench, (&stations[number + 1], renames)).await?;
        let start = if down.is_empty() { stations[number + 1].clone() } else { bench.catalog().await? };
        let statements = alter(&start, &stations[number], bench.acting())?;
        // A migration's way back is one transaction.
        let parts: Vec<&[Statement]> = Statement::parts(&statements).collect();
        if let [first, _, ..] = parts.as_slice() {
            if !may_detour {
                let unproven = Box::new(Unproven::Divided);
                return Err(SchemaError::Unproven { direction: Direction::Down, unproven });
            }
            bench.run(first).await.map_err(|refused| refused_statement(refused, Direction::Down))?;
            return Ok(Found::Detour { place: Box::new(bench.catalog().await?), is_renamed: number > 0 });
        }
        down.extend(leg(server, bench, (statements, &stations[number]), is_outside).await?);
        ways.push(Way { up, down });
    }
    ways.reverse();
    Ok(Found::Ways(ways))
}

/// Makes a schema on an empty shadow database.
pub(crate) async fn make(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    catalog: &Catalog,
) -> Result<(), SchemaError> {
    let empty = bench.catalog().await?;
    match attempt(server, bench, (&empty, catalog)).await? {
        (_, None) => Ok(()),
        (_, Some(unproven)) => {
            let unproven = match unproven {
                Unproven::Differs { differences } => Unproven::NoStart { differences },
                other => other,
            };
            Err(SchemaError::Unproven { direction: Direction::Up, unproven: Box::new(unproven) })
        }
    }
}

/// Renames what is to be renamed, at the place of the way where that is first.
async fn renamed(
    bench: &Bench<'_>,
    (catalog, renames): (&Catalog, &[Rename]),
) -> Result<Vec<Statement>, SchemaError> {
    let statements: Vec<Statement> =
        renames.iter().map(|rename| rename.statement(catalog)).collect::<Result<_, _>>()?;
    bench.run(&statements).await.map_err(|refused| refused_statement(refused, Direction::Up))?;
    Ok(statements)
}

/// A way back, and its proof. What led there outside of a transaction goes back so, too, where that is one statement: the ORMs send a
/// script at once, and several in one are a transaction again.
async fn leg(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    (statements, to): (Vec<Statement>, &Catalog),
    is_outside: bool,
) -> Result<Vec<Statement>, SchemaError> {
    let is_outside = is_outside && statements.len() == 1;
    let statements = online(statements, |_| is_outside);
    match prove(server, bench, &statements, to).await? {
        None => Ok(statements),
        Some(unproven) => {
            Err(SchemaError::Unproven { direction: Direction::Down, unproven: Box::new(unproven) })
        }
    }
}

/// The statements that are to lead to a schema from the one that is on the bench, run there; and what keeps them from it.
pub(crate) async fn attempt(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    (from, to): (&Catalog, &Catalog),
) -> Result<(Vec<Statement>, Option<Unproven>), SchemaError> {
    let statements = alter(from, to, bench.acting())?;
    let unproven = prove(server, bench, &statements, to).await?;
    Ok((statements, unproven))
}

/// Runs statements on the bench; what keeps them from leading to a schema, if anything does.
async fn prove(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    statements: &[Statement],
    to: &Catalog,
) -> Result<Option<Unproven>, SchemaError> {
    if let Err((statement, source)) = bench.run(statements).await {
        return Ok(Some(Unproven::Refused { statement, source }));
    }
    let differences = remaining(server, bench, to).await?;
    Ok((!differences.is_empty()).then_some(Unproven::Differs { differences }))
}

/// What is different on the bench from what is wanted. Where that is the text of an expression only, what is wanted is made anew
/// elsewhere, and counts as the server writes it then.
async fn remaining(
    server: &ShadowServer,
    bench: &mut Bench<'_>,
    wanted: &Catalog,
) -> Result<Vec<Difference>, SchemaError> {
    let there = bench.catalog().await?;
    let found = that_count(differences(&there, wanted));
    if found.is_empty() || !found.iter().all(is_of_a_text) {
        return Ok(found);
    }
    Ok(match made_again(server, wanted).await? {
        Some(again) => that_count(differences(&there, &again)),
        None => found,
    })
}

/// The differences between two schemas that statements can mend.
pub fn that_matter(from: &Catalog, to: &Catalog) -> Vec<Difference> {
    that_count(differences(from, to))
}

/// Columns stand in the order in which they came, and the version of an extension is the machine's affair.
fn that_count(differences: Vec<Difference>) -> Vec<Difference> {
    let counts = |difference: &Difference| match &difference.change {
        Change::Reordered { .. } => false,
        Change::Changed { attribute, .. } => {
            !(difference.id.kind == Kind::Extension && attribute == "version")
        }
        _ => true,
    };
    differences.into_iter().filter(counts).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Direction, Journey, SchemaError, Unproven, find_in_parts};
    use crate::tests::{catalog, shadow_server};

    /// A value that comes back has to be committed before a default can be it.
    #[tokio::test]
    async fn a_way_back_that_must_commit_is_cut_and_refused_where_it_may_not_be() {
        let from =
            catalog("create type mood as enum ('sad', 'glad'); create table days (mood mood default 'glad')")
                .await;
        let to =
            catalog("create type mood as enum ('sad'); create table days (mood mood default 'sad')").await;
        let journey = Journey { from: &from, to: &to, renames: &[], large: &BTreeSet::new() };
        let server = shadow_server();
        let ways = find_in_parts(&server, journey, 1).await.expect("a way is found when it may be cut");
        assert_eq!(ways.len(), 2);
        let refused = find_in_parts(&server, journey, 0).await.expect_err("it may not be cut");
        let SchemaError::Unproven { direction: Direction::Down, unproven } = refused else {
            panic!("another error: {refused}")
        };
        assert!(matches!(*unproven, Unproven::Divided), "{unproven:?}");
    }
}
