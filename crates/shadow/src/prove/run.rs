//! `prove`: each migration up, down and up again, with the catalog read in between.
//!
//! One call finds all faults. A long history is proven in several lanes at once, and told in its own order.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::atomic::AtomicUsize;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Instant;

use tokio::runtime::Handle;

use crate::error::ShadowError;
use crate::history::History;
use crate::prove::lane::{Lane, name};
use crate::prove::proof::{MigrationProof, Proof};
use crate::prove::selection::Selection;

/// The fewest migrations of a lane: each begins with a replay of everything before it.
const SHORTEST: usize = 16;

/// The most lanes. More of them wait for the server.
const LANES: usize = 4;

/// Tests the selected migrations in the order of the plan. `on_migration` is told of each verdict.
///
/// # Errors
/// When there can be no shadow database or it is lost, when there is no plan, when the run is stopped. The shadow database is dropped all
/// the same.
pub async fn prove(
    history: History<'_>,
    selection: &Selection,
    on_migration: &mut (dyn FnMut(&MigrationProof) + Send),
) -> Result<Proof, ShadowError> {
    let began = Instant::now();
    let steps = history.steps()?;
    let places = selection.places(&steps, &history.states())?;
    let mut proof = Proof::default();
    let end = AtomicUsize::new(usize::MAX);
    let runtime = Handle::current();
    let size = places.len().div_ceil(lanes(history, places.len())).max(1);
    // Diesel's code blocks its thread, so that each lane needs one.
    let proven: Result<(), ShadowError> = tokio::task::block_in_place(|| {
        thread::scope(|scope| {
            let lanes: Vec<_> = places
                .chunks(size)
                .map(|places| {
                    let (verdicts, told) = channel();
                    let lane = Lane::new(history, &steps, places, verdicts, &end);
                    (scope.spawn(|| runtime.block_on(lane.run())), told)
                })
                .collect();
            for (lane, verdicts) in lanes {
                // The lanes after one that ends could not begin.
                for migration in verdicts {
                    proof.take(migration, on_migration);
                }
                let unmodelled = lane.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                proof.unmodelled.extend(unmodelled);
            }
            Ok(())
        })
    });
    proven?;
    let told: BTreeSet<&str> =
        proof.migrations.iter().map(|migration| migration.reference.as_str()).collect();
    let names = places.iter().map(|place| name(&steps[*place]));
    let not_reached = names.filter(|name| !told.contains(name.as_str())).collect();
    Ok(Proof { not_reached, elapsed: began.elapsed(), ..proof })
}

/// The number of lanes for so many migrations. A server that others use is not put under more load than one session makes.
fn lanes(history: History<'_>, migrations: usize) -> usize {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let most = if history.server.is_private() { LANES.min(processors) } else { 1 };
    most.min(migrations / SHORTEST).max(1)
}
