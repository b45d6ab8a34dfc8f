//! The order: what must come first does, and where nothing decides, the order is the same on every machine.

use std::collections::{BTreeMap, BTreeSet};

use crosstrack_catalog::Kind;

use crate::error::AlterError;
use crate::node::{Key, Nodes, Verb};
use crate::statement::Statement;

/// How many statements of a circle are shown.
const SHOWN: usize = 6;

/// The statements in order.
pub(crate) fn statements(nodes: &Nodes<'_>) -> Result<Vec<Statement>, AlterError> {
    let mut waits: BTreeMap<&Key, usize> = nodes.statements.keys().map(|key| (key, 0)).collect();
    let mut followers: BTreeMap<&Key, Vec<&Key>> = BTreeMap::new();
    for (first, second) in &nodes.edges {
        if !nodes.statements.contains_key(first) {
            continue;
        }
        if let Some(count) = waits.get_mut(second) {
            *count += 1;
            followers.entry(first).or_default().push(second);
        }
    }
    let mut ready: BTreeSet<(u8, u8, &Key)> =
        waits.iter().filter(|(_, count)| **count == 0).map(|(key, _)| place(key)).collect();
    let mut in_order = Vec::new();
    while let Some((_, _, key)) = ready.pop_first() {
        waits.remove(key);
        in_order.extend(nodes.statements[key].iter().cloned());
        for follower in followers.get(key).into_iter().flatten() {
            if let Some(count) = waits.get_mut(follower) {
                *count -= 1;
                if *count == 0 {
                    ready.insert(place(follower));
                }
            }
        }
    }
    if waits.is_empty() {
        return Ok(in_order);
    }
    let left = waits.keys().flat_map(|key| nodes.statements[*key].first());
    Err(AlterError::Circle { statements: left.take(SHOWN).map(|left| left.first_line().to_owned()).collect() })
}

/// Where something stands as long as nothing else decides: what goes first, from the outside in, then what comes, from the inside out.
fn place(key: &Key) -> (u8, u8, &Key) {
    let weight = weight(key.1.kind);
    match key.0 {
        // What is no longer granted by itself is not granted on what is made.
        Verb::Alter | Verb::Create if key.1.kind == Kind::DefaultGrant => (0, 0, key),
        Verb::Drop => (0, u8::MAX - weight, key),
        Verb::Aside => (1, weight, key),
        Verb::Alter | Verb::Create => (2, weight, key),
        Verb::Finish => (3, weight, key),
    }
}

fn weight(kind: Kind) -> u8 {
    match kind {
        Kind::Schema => 0,
        Kind::Extension | Kind::Language | Kind::Collation | Kind::ForeignDataWrapper | Kind::ForeignServer => 1,
        Kind::EnumType | Kind::Domain | Kind::CompositeType | Kind::RangeType => 2,
        Kind::TextSearchDictionary => 3,
        Kind::TextSearchConfiguration | Kind::Sequence => 4,
        Kind::Table | Kind::ForeignTable => 5,
        Kind::Column => 6,
        Kind::Default => 7,
        Kind::Constraint => 8,
        Kind::Index => 9,
        Kind::Statistics => 10,
        Kind::Function | Kind::Procedure => 11,
        Kind::Aggregate | Kind::Operator | Kind::Cast => 12,
        Kind::View => 13,
        Kind::MaterializedView => 14,
        Kind::Trigger | Kind::Rule | Kind::EventTrigger => 15,
        Kind::Policy => 16,
        Kind::Publication => 17,
        Kind::Grant | Kind::DefaultGrant => 18,
        Kind::Comment | Kind::Unmodelled => 19,
    }
}
