//! The checks of the server, in the order in which they are asked and shown: a file each, and its line here.

mod connections;
mod encryption;
mod indexes;
mod journal;
mod replicas;
mod rights;
mod run_lock;
mod size;
mod transactions;
mod version;
mod waiting;
mod writes;

use crate::check::Check;

pub(crate) const CHECKS: &[&dyn Check] = &[
    &version::Version,
    &encryption::Encryption,
    &writes::Writes,
    &replicas::Replicas,
    &size::Size,
    &rights::Rights,
    &journal::Journal,
    &run_lock::RunLock,
    &connections::Connections,
    &transactions::Transactions,
    &waiting::Waiting,
    &indexes::Indexes,
];
