//! The order: what must come first does, and where nothing decides, the order is the same on every machine.

use std::collections::BTreeMap;

use crosstrack_catalog::Kind;

use crate::error::AlterError;
use crate::node::{Key, Nodes, Verb};
use crate::statement::Statement;

/// How many statements of a circle are shown.
const SHOWN: usize = 6;

/// The statements in order.
pub(crate) fn statements(nodes: &Nodes<'_>) -> Result<Vec<Statement>, AlterError> {
    let mut waiting = Waiting::new(nodes);
    let mut in_order = Vec::new();
    while let Some(key) = waiting.next() {
        in_order.extend(nodes.statements[key].iter().cloned());
    }
    if waiting.hard.is_empty() {
        return Ok(in_order);
    }
    let left = waiting.hard.keys().filter_map(|key| nodes.statements[*key].first());
    Err(AlterError::Circle {
        statements: left.take(SHOWN).map(|left| left.first_line().to_owned()).collect(),
    })
}

/// What has not come yet, and for how many it waits.
struct Waiting<'a> {
    hard: BTreeMap<&'a Key, usize>,
    wishes: BTreeMap<&'a Key, usize>,
    followers: BTreeMap<&'a Key, Vec<(&'a Key, bool)>>,
}

impl<'a> Waiting<'a> {
    fn new(nodes: &'a Nodes<'_>) -> Self {
        let none = || nodes.statements.keys().map(|key| (key, 0)).collect();
        let mut waiting = Self { hard: none(), wishes: none(), followers: BTreeMap::new() };
        let edges = nodes.edges.iter().map(|edge| (edge, true));
        for ((first, second), is_hard) in edges.chain(nodes.wishes.iter().map(|wish| (wish, false))) {
            let counts = if is_hard { &mut waiting.hard } else { &mut waiting.wishes };
            if first == second || !nodes.statements.contains_key(first) {
                continue;
            }
            if let Some(count) = counts.get_mut(second) {
                *count += 1;
                waiting.followers.entry(first).or_default().push((second, is_hard));
            }
        }
        waiting
    }

    /// The next that waits for nothing, or where there is none, that waits for wishes only.
    fn next(&mut self) -> Option<&'a Key> {
        let free = self.hard.iter().filter(|(_, count)| **count == 0).map(|(key, _)| *key);
        let key = free.min_by_key(|key| (self.wishes[key] > 0, place(key)))?;
        self.hard.remove(key);
        for (follower, is_hard) in self.followers.remove(key).unwrap_or_default() {
            let counts = if is_hard { &mut self.hard } else { &mut self.wishes };
            if let Some(count) = counts.get_mut(follower) {
                *count -= 1;
            }
        }
        Some(key)
    }
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
        Kind::Extension
        | Kind::Language
        | Kind::Collation
        | Kind::ForeignDataWrapper
        | Kind::ForeignServer => 1,
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
