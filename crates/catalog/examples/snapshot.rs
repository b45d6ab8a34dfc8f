//! How long the catalog of a database takes to read: `cargo run --release --example snapshot -- <URL>`.

use std::io::Write as _;
use std::time::Instant;

use crosstrack_catalog::{Scope, read_catalog};
use crosstrack_database::Database;
use crosstrack_settings::{Environment, Origin, Target};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args().nth(1).unwrap_or_default();
    let target = Target::from_url(&url, Origin::Flag, &Environment::of_process())?;
    let (_, mut reader) = Database::connect(target, "crosstrack-snapshot".to_owned()).await?;
    let began = Instant::now();
    let snapshot = reader.snapshot();
    let catalog = read_catalog(&snapshot, &Scope::default()).await?;
    snapshot.end().await?;
    let line = format!("{} facts in {:.2} s\n", catalog.facts().count(), began.elapsed().as_secs_f64());
    Ok(std::io::stdout().write_all(line.as_bytes())?)
}
