//! `schema`: a schema as SQL, and how two schemas differ.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use crosstrack_report::{Outcome, Problem, SchemaDiffView};
use crosstrack_schema::{
    Canonical, Journey, Rename, Way, candidates, canonical, find_way, that_matter, with_texts_of,
};

use crate::context::Context;
use crate::failure;
use crate::schemas::{Online, Reading, Source};

/// The flags of `schema`.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Print a schema as SQL that is the same on every machine
    Dump {
        /// `database` for the database in hand, a URL, a track, a file or folder of SQL, or a file of `schema save`
        #[arg(value_name = "SCHEMA", default_value = "database")]
        schema: String,
    },
    /// Write a schema to a file, to compare it later or elsewhere
    Save {
        /// The file; one that ends in `.json` is a schema to `schema diff` and `schema dump`
        file: PathBuf,
        /// `database` for the database in hand, a URL, a track, or a file or folder of SQL
        #[arg(value_name = "SCHEMA", default_value = "database")]
        schema: String,
    },
    /// Show how two schemas differ, and the statements that lead from one to the other
    Diff {
        /// The first: `database` for the database in hand, a URL, a track, a file or folder of SQL, or a file of `schema save`
        from: String,
        /// The second, named in the same way
        to: String,
        /// Print the statements that lead from the first to the second, tried on a shadow database there and back
        #[arg(long)]
        sql: bool,
        /// Print the statements that lead back from the second to the first
        #[arg(long, conflicts_with = "sql")]
        down: bool,
        /// Something gets another name and is not something else: `users=people`, `users.mail=email`
        #[arg(long, value_name = "OLD=NEW")]
        rename: Vec<Rename>,
        /// When to take statements that let others write to a table meanwhile
        #[arg(long, value_name = "WHEN", default_value = "large")]
        online: Online,
    },
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<Outcome, Problem> {
    let reading = Reading::new(context)?;
    match arguments.action {
        Action::Dump { schema } => dump(&schema, &reading, context).await,
        Action::Save { file, schema } => save(&file, &schema, &reading, context).await,
        Action::Diff { from, to, sql, down, rename, online } => {
            let shown = if sql {
                Shown::Up
            } else if down {
                Shown::Down
            } else {
                Shown::Differences
            };
            diff((&from, &to), (shown, &rename, online), &reading, context).await
        }
    }
}

/// What is shown of two schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Differences,
    Up,
    Down,
}

async fn dump(schema: &str, reading: &Reading<'_>, context: &Context) -> Result<Outcome, Problem> {
    let source = Source::read(schema, &reading.tracks)?;
    let (before, catalog) = reading.catalog(&source).await?;
    let unmodelled: Vec<String> = catalog.unmodelled().map(|id| id.name.clone()).collect();
    let Canonical { statements, missing } = canonical(&reading.server, before.as_ref(), &catalog)
        .await
        .map_err(|error| failure::schema(&error))?;
    if let Some(missing) = &missing {
        let missing = failure::missing(missing);
        context.print.story(&format!("note: on a shadow database this SQL does not make all of {schema}\n"));
        for line in missing {
            context.print.story(&format!("  {line}\n"));
        }
    }
    context.print.answer(&crosstrack_report::dump(&statements), || {
        crosstrack_report::schema_dump_document(&source.shown(), &statements, &unmodelled)
    });
    Ok(Outcome::Done)
}

async fn save(
    file: &Path,
    schema: &str,
    reading: &Reading<'_>,
    context: &Context,
) -> Result<Outcome, Problem> {
    if file.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("json")) {
        return Err(failure::no_json(file));
    }
    let source = Source::read(schema, &reading.tracks)?;
    let (_, catalog) = reading.catalog(&source).await?;
    crosstrack_schema::save(file, &catalog).map_err(|error| failure::schema(&error))?;
    let (source, path, count) = (source.shown(), file.display(), catalog.facts().count());
    context.print.answer(&format!("{path} holds the {count} facts of {source}.\n"), || {
        crosstrack_report::schema_save_document(&source, file, count)
    });
    Ok(Outcome::Done)
}

async fn diff(
    (from, to): (&str, &str),
    (shown, renames, online): (Shown, &[Rename], Online),
    reading: &Reading<'_>,
    context: &Context,
) -> Result<Outcome, Problem> {
    let (from, to) = (Source::read(from, &reading.tracks)?, Source::read(to, &reading.tracks)?);
    let (before, after) = (reading.catalog(&from).await?.1, reading.catalog(&to).await?.1);
    let before =
        with_texts_of(&reading.server, before, &after).await.map_err(|error| failure::schema(&error))?;
    let differences = that_matter(&before, &after);
    let ways = if differences.is_empty() {
        Vec::new()
    } else {
        let large = &reading.large(&from, (&before, online)).await?;
        let journey = Journey { from: &before, to: &after, renames, large };
        let found = find_way(&reading.server, journey).await;
        found.map_err(|error| failure::schema(&error))?
    };
    let up: Vec<_> = ways.iter().flat_map(|way: &Way| way.up.clone()).collect();
    let down: Vec<_> = ways.iter().rev().flat_map(|way| way.down.clone()).collect();
    let possible = if renames.is_empty() { candidates(&before, &after) } else { Vec::new() };
    let possible: Vec<String> =
        possible.iter().map(|rename| format!("{}={}", rename.from, rename.to)).collect();
    let losses: Vec<_> = up.iter().flat_map(|statement| statement.losses.clone()).collect();
    let losses = reading.lost(&from, &losses).await?;
    let (from, to) = (from.shown(), to.shown());
    let view = SchemaDiffView {
        from: &from,
        to: &to,
        differences: &differences,
        up: &up,
        down: &down,
        losses: &losses,
        candidates: &possible,
    };
    let outcome = if differences.is_empty() { Outcome::Done } else { Outcome::No };
    let text = match shown {
        Shown::Differences => crosstrack_report::schema_diff(&view, context.program),
        Shown::Up => crosstrack_report::script(&up),
        Shown::Down => crosstrack_report::script(&down),
    };
    // Who asks for the script gets it: that there is one is no failure.
    let outcome = if shown == Shown::Differences { outcome } else { Outcome::Done };
    context.print.answer(&text, || crosstrack_report::schema_diff_document(&view, outcome));
    Ok(outcome)
}
