//! `prove`: tests that every down migration restores the schema, on a shadow database.

use clap::Args;
use crosstrack_engine::discover;
use crosstrack_model::{Reference, TrackName};
use crosstrack_report::{Outcome, Problem, ProofView};
use crosstrack_shadow::History;
use crosstrack_shadow::prove::{Proof, Selection, prove};

use crate::adapters::ADAPTERS;
use crate::context::Context;
use crate::deployment::{self, Deployment};
use crate::{failure, origin, shadow};

/// The flags of `prove`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only this track; the others are applied where they come before
    #[arg(long, value_name = "TRACK")]
    track: Option<TrackName>,
    /// From this migration on; those before it are only applied
    #[arg(long, value_name = "TRACK/VERSION", conflicts_with = "last")]
    from: Option<Reference>,
    /// Only the newest N; those before them are only applied
    #[arg(long, value_name = "N")]
    last: Option<usize>,
    /// A missing down migration is a failure, too, unless the migration is marked `irreversible`
    #[arg(long)]
    strict: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let Arguments { track, from, last, strict } = arguments;
    let settings = context.settings()?;
    let tracks = discover(&settings, ADAPTERS).map_err(|error| failure::discover(&error))?;
    let target = deployment::named_target(context, &settings);
    let server = shadow::server(context, Some(&settings), target.as_ref())?;
    let history = History {
        server: &server,
        tracks: &tracks,
        phases: &settings.phases,
        defaults: deployment::session_defaults(&settings),
        origin: &origin::origin("prove", &settings, &context.environment),
        stop: &Deployment::stop(context),
    };
    let print = context.print.clone();
    let mut on_migration = |migration: &_| print.story(&crosstrack_report::migration_proof(migration));
    let proof = prove(history, &Selection { track, from, last }, &mut on_migration)
        .await
        .map_err(|error| failure::shadow(&error))?;
    Ok(answer(&proof, strict, context))
}

fn answer(proof: &Proof, strict: bool, context: &Context) -> Outcome {
    let problems = proof.migrations.iter().map(|one| one.verdict.error().map(failure::on_shadow));
    let view = ProofView { proof, problems: problems.collect(), strict };
    let outcome = if proof.holds(strict) { Outcome::Done } else { Outcome::No };
    context.print.answer(&crosstrack_report::proof(&view, context.program), || {
        crosstrack_report::proof_document(&view, outcome)
    });
    context.print.annotate(|| crosstrack_report::proof_annotations(&view));
    outcome
}
