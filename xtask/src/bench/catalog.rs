//! The snapshot of a large catalog, beside `pg_dump --schema-only`.

use super::beside::compare;
use super::ground::{Ground, build};
use crate::failure::Failure;
use crate::print;
use crate::program::Program;

const TABLES: usize = 10_000;

/// So many tables are made in one transaction, for each takes a lock of its own until the end.
const BATCH: usize = 500;

/// Measures both.
pub(super) fn measure(ground: &Ground) -> Result<(), Failure> {
    print::story("10,000 tables with 30,000 indexes: some minutes");
    ground.empty_database()?;
    for first in (1..TABLES).step_by(BATCH) {
        ground.query(&format!(
            "do $$ begin for i in {first}..{} loop execute format('create table t%s (id bigserial primary key, name text not null, \
             state varchar(20) default ''new'', at timestamptz default now(), parent bigint)', i); \
             execute format('create unique index t%s_name on t%s (name)', i, i); \
             execute format('create index t%s_at on t%s (state, at desc) where parent is null', i, i); end loop; end $$",
            first + BATCH - 1
        ))?;
    }
    ground.query("vacuum analyze")?;
    print::answer("10,000 tables             seconds   of plain   peak memory");
    compare(ground, [("pg_dump --schema-only", &dump), ("snapshot", &snapshot)])
}

fn dump(ground: &Ground) -> Result<Program, Failure> {
    let url = ground.url();
    Ok(ground.client("pg_dump")?.arguments(["--schema-only", "--file", "schema.sql", url.as_str()]))
}

fn snapshot(ground: &Ground) -> Result<Program, Failure> {
    let program = build(&["--package", "crosstrack-catalog", "--example", "snapshot"], "examples/snapshot")?;
    let url = ground.url();
    Ok(ground.program(&program).arguments([url.as_str()]))
}
