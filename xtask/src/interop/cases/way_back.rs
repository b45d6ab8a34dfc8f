//! Case: each reverts what another applied, and applies what another reverted.

use super::Case;
use crate::failure::Failure;
use crate::interop::checks::Checks;
use crate::interop::database::Database;
use crate::interop::ground::Ground;
use crate::interop::listing::Listing;
use crate::interop::project::{AUTH, CMS};

pub(super) const CASE: Case = Case { name: "each takes back what another applied", run };

const LAST_OF_AUTH: &str = "20251116000000";
const LAST_OF_CMS: &str = "20251110000000";

fn run(ground: &Ground, checks: &mut Checks) -> Result<(), Failure> {
    let reference = ground.reference()?;
    let database = ground.database("interop_way_back")?;
    checks.exits("crosstrack applies both tracks", &database.crosstrack(&["up"])?, 0);
    crosstrack_reverts(&database, checks)?;
    programs_revert(&database, checks)?;
    checks.same("the ledgers are those of the programs alone", &database.ledgers()?, &reference.ledgers);
    checks.same("the schema is that of the programs alone", &database.schema()?, &reference.schema);
    Ok(())
}

fn crosstrack_reverts(database: &Database<'_>, checks: &mut Checks) -> Result<(), Failure> {
    checks.exits("crosstrack reverts the last migration, of cms", &database.crosstrack(&["down"])?, 0);
    let info = Listing::of_sqlx(&database.sqlx(&["info", "--source", CMS])?.output);
    checks.claim("sqlx lists that one as pending", info.all_but(&[LAST_OF_CMS]));
    checks.exits("sqlx applies it", &database.sqlx(&["run", "--source", CMS])?, 0);
    checks.exits("crosstrack has nothing pending", &database.crosstrack(&["status", "--check"])?, 0);
    Ok(())
}

fn programs_revert(database: &Database<'_>, checks: &mut Checks) -> Result<(), Failure> {
    let revert = database.sqlx(&["revert", "--source", CMS])?;
    checks.exits("sqlx reverts its last migration", &revert, 0);
    let revert = database.diesel(&["revert", "--migration-dir", AUTH])?;
    checks.exits("diesel reverts what crosstrack applied", &revert, 0);
    checks.exits("crosstrack says that both are pending", &database.crosstrack(&["status", "--check"])?, 1);
    let list = Listing::of_diesel(&database.diesel(&["list", "--migration-dir", AUTH])?.output);
    checks.claim("diesel lists that one as pending", list.all_but(&[LAST_OF_AUTH]));
    checks.exits("crosstrack applies both again", &database.crosstrack(&["up"])?, 0);
    Ok(())
}
