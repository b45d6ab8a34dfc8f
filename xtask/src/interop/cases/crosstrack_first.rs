//! Case: crosstrack applies everything; the programs find it done.

use super::Case;
use crate::failure::Failure;
use crate::interop::checks::Checks;
use crate::interop::ground::Ground;
use crate::interop::listing::Listing;
use crate::interop::project::{AUTH, CMS};

pub(super) const CASE: Case = Case { name: "crosstrack applies, the programs look", run };

fn run(ground: &Ground, checks: &mut Checks) -> Result<(), Failure> {
    let reference = ground.reference()?;
    let database = ground.database("interop_crosstrack_first")?;
    checks.exits("crosstrack applies both tracks", &database.crosstrack(&["up"])?, 0);
    let rows = database.rows_in_place()?;

    let pending = database.diesel(&["pending", "--migration-dir", AUTH])?;
    checks.same("diesel has nothing pending", &pending.output.trim(), &"false");
    let list = Listing::of_diesel(&database.diesel(&["list", "--migration-dir", AUTH])?.output);
    checks.claim("diesel lists every migration as applied", list.all_but(&[]));
    checks.is_silent("diesel applies nothing", &database.diesel(&["run", "--migration-dir", AUTH])?);

    let info = Listing::of_sqlx(&database.sqlx(&["info", "--source", CMS])?.output);
    checks.claim("sqlx lists every migration as installed, with its checksum", info.all_but(&[]));
    checks.is_silent("sqlx applies nothing", &database.sqlx(&["run", "--source", CMS])?);

    checks.same("the programs wrote nothing", &database.rows_in_place()?, &rows);
    checks.same("the ledgers are those of the programs alone", &database.ledgers()?, &reference.ledgers);
    checks.same("the schema is that of the programs alone", &database.schema()?, &reference.schema);
    Ok(())
}
