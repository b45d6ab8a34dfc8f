//! Case: the programs begin, crosstrack goes on.

use super::Case;
use crate::failure::Failure;
use crate::interop::checks::Checks;
use crate::interop::ground::Ground;
use crate::interop::listing::Listing;
use crate::interop::project::{AUTH, CMS, FIRST_OF_AUTH};

pub(super) const CASE: Case = Case { name: "the programs begin, crosstrack goes on", run };

/// The last migration of the cms track that sqlx applies.
const HALF_OF_CMS: &str = "20251021000000";

fn run(ground: &Ground, checks: &mut Checks) -> Result<(), Failure> {
    let reference = ground.reference()?;
    let database = ground.database("interop_half_and_half")?;
    let run = database.diesel(&["run", "--migration-dir", FIRST_OF_AUTH])?;
    checks.exits("diesel applies the first three of its migrations", &run, 0);
    let run = database.sqlx(&["run", "--source", CMS, "--target-version", HALF_OF_CMS])?;
    checks.exits("sqlx applies the first four of its migrations", &run, 0);

    let status = database.crosstrack(&["status", "--check", "--format", "json"])?;
    checks.exits("crosstrack says that some are pending", &status, 1);
    checks.exits("crosstrack applies the rest", &database.crosstrack(&["up"])?, 0);

    let list = Listing::of_diesel(&database.diesel(&["list", "--migration-dir", AUTH])?.output);
    checks.claim("diesel lists every migration as applied", list.all_but(&[]));
    let info = Listing::of_sqlx(&database.sqlx(&["info", "--source", CMS])?.output);
    checks.claim("sqlx lists every migration as installed, with its checksum", info.all_but(&[]));
    checks.same("the ledgers are those of the programs alone", &database.ledgers()?, &reference.ledgers);
    checks.same("the schema is that of the programs alone", &database.schema()?, &reference.schema);
    Ok(())
}
