//! Case: crosstrack takes back all that the programs applied, and the programs all that crosstrack applied.

use super::Case;
use crate::failure::Failure;
use crate::interop::checks::Checks;
use crate::interop::database::Database;
use crate::interop::ground::Ground;
use crate::interop::listing::Listing;
use crate::interop::project::{AUTH, CMS};

pub(super) const CASE: Case = Case { name: "all the way back, each what another applied", run };

fn run(ground: &Ground, checks: &mut Checks) -> Result<(), Failure> {
    let emptied_by_crosstrack = ground.database("interop_emptied_by_crosstrack")?;
    let emptied_by_programs = ground.database("interop_emptied_by_programs")?;
    crosstrack_empties(&emptied_by_crosstrack, checks)?;
    programs_empty(&emptied_by_programs, checks)?;
    checks.same(
        "both ways leave the same schema",
        &emptied_by_crosstrack.schema()?,
        &emptied_by_programs.schema()?,
    );
    Ok(())
}

fn crosstrack_empties(database: &Database<'_>, checks: &mut Checks) -> Result<(), Failure> {
    database.apply_with_programs()?;
    let steps = database.ledgers()?.len().to_string();
    let down = database.crosstrack(&["down", "--steps", &steps])?;
    checks.exits("crosstrack takes back what the programs applied", &down, 0);
    let list = Listing::of_diesel(&database.diesel(&["list", "--migration-dir", AUTH])?.output);
    checks.claim("diesel lists every migration as pending", list.none());
    let info = Listing::of_sqlx(&database.sqlx(&["info", "--source", CMS])?.output);
    checks.claim("sqlx lists every migration as pending", info.none());
    checks.same("the ledgers are empty", &database.ledgers()?, &Vec::new());
    Ok(())
}

fn programs_empty(database: &Database<'_>, checks: &mut Checks) -> Result<(), Failure> {
    checks.exits("crosstrack applies both tracks", &database.crosstrack(&["up"])?, 0);
    let revert = database.sqlx(&["revert", "--source", CMS, "--target-version", "0"])?;
    checks.exits("sqlx takes back what crosstrack applied", &revert, 0);
    let revert = database.diesel(&["revert", "--migration-dir", AUTH, "--all"])?;
    checks.exits("diesel takes back what crosstrack applied", &revert, 0);
    checks.exits("crosstrack says that all are pending", &database.crosstrack(&["status", "--check"])?, 1);
    Ok(())
}
