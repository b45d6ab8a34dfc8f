//! Case: the programs apply everything; crosstrack finds it done.

use super::Case;
use crate::failure::Failure;
use crate::interop::checks::Checks;
use crate::interop::ground::Ground;
use crate::interop::project::{AUTH, CMS};

pub(super) const CASE: Case = Case { name: "the programs apply, crosstrack looks", run };

fn run(ground: &Ground, checks: &mut Checks) -> Result<(), Failure> {
    let database = ground.database("interop_programs_first")?;
    checks.exits("diesel applies its folder", &database.diesel(&["run", "--migration-dir", AUTH])?, 0);
    checks.exits("sqlx applies its folder", &database.sqlx(&["run", "--source", CMS])?, 0);
    let (rows, schema) = (database.rows_in_place()?, database.schema()?);

    let status = database.crosstrack(&["status", "--check", "--format", "json"])?;
    checks.exits("crosstrack has nothing pending", &status, 0);
    checks.exits("crosstrack finds every declared object", &database.crosstrack(&["verify"])?, 0);
    checks.exits("crosstrack up ends well", &database.crosstrack(&["up"])?, 0);

    checks.same("crosstrack wrote nothing into the ledgers", &database.rows_in_place()?, &rows);
    checks.same("crosstrack changed nothing in the schema", &database.schema()?, &schema);
    Ok(())
}
