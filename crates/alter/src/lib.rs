//! The statements that make one catalog of another, in an order that the server accepts.
//!
//! A catalog is facts, and so the way between two is: facts that go, facts that come, facts that become different. What each of
//! them is written as stands in one table of rules, a file for each kind; everything else here knows no kind's SQL: what has to go and come
//! again because it stands on something that does ([`fate`]), what is a part of another statement ([`node`]), and what comes first
//! ([`order`]).
//!
//! Nothing here connects or runs anything, and nothing here is believed: its caller tests it on a shadow database first. What
//! no rule can write is left as it is, and the proof finds it.

mod connect;
mod enums;
mod error;
mod expression;
mod family;
mod fate;
mod node;
mod online;
mod options;
mod order;
mod rule;
mod rules;
mod side;
mod statement;
mod succession;

use crosstrack_catalog::{Catalog, Id, Kind};

pub use error::AlterError;
pub use online::online;
pub use statement::{Hazard, Statement, Transaction};

/// Writes the statements that make the second catalog of the first, for the role `acting` to run. Both need their dependencies.
///
/// # Errors
/// When things stand on each other in a circle that no rule opens.
pub fn alter(from: &Catalog, to: &Catalog, acting: &str) -> Result<Vec<Statement>, AlterError> {
    let (from, to) = (side::Side::new(from, acting), side::Side::new(to, acting));
    let fates = fate::decide(&from, &to);
    // Written as people would write it, and where things stand on each other in a circle piece by piece.
    let whole = node::Nodes::new(&from, &to, &fates, node::Pieces::Whole);
    let in_order = order::statements(&whole).or_else(|_| {
        let apart = node::Nodes::new(&from, &to, &fates, node::Pieces::Apart);
        order::statements(&apart)
    })?;
    let is_there = |name: &str| {
        let kinds = [Kind::Table, Kind::MaterializedView];
        kinds.into_iter().any(|kind| from.get(&Id { kind, name: name.to_owned() }).is_some())
    };
    let is_filled =
        |name: &str| to.get(&Id { kind: Kind::MaterializedView, name: name.to_owned() }).is_some();
    Ok(enums::committed(online::for_those_there(in_order, (is_there, is_filled))))
}
