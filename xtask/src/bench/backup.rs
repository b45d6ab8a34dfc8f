//! A backup and a restore of five million rows, beside plain `pg_dump` and `pg_restore`.

use std::path::Path;

use super::beside::compare;
use super::ground::Ground;
use crate::failure::Failure;
use crate::print;
use crate::program::Program;

/// Five million rows, as applications have them, with large objects and an extension.
const CONTENTS: &str = "
create extension if not exists pg_trgm;
create table people (id bigint primary key, email text not null unique, name text not null, born date);
insert into people select i, 'person' || i || '@example.com', md5(i::text), date '1950-01-01' + (i % 20000)::int
    from generate_series(1, 1000000) i;
create table events (id bigint primary key, person_id bigint not null, kind text, at timestamptz, details jsonb);
insert into events select i, 1 + i % 1000000, 'kind ' || i % 17, timestamptz '2025-01-01 00:00Z' + i * interval '7 s',
    jsonb_build_object('page', i % 1000, 'from', md5((i % 5000)::text)) from generate_series(1, 4000000) i;
alter table events add foreign key (person_id) references people;
create index on events (person_id);
create index on people using gin (name gin_trgm_ops);
select count(lo_from_bytea(0, decode(repeat(md5(i::text), 2000), 'hex'))) from generate_series(1, 200) i;
";

/// Measures both.
pub(super) fn measure(ground: &Ground) -> Result<(), Failure> {
    print::story("five million rows: some minutes");
    ground.empty_database()?;
    ground.query(CONTENTS)?;
    print::answer("five million rows         seconds   of plain   peak memory");
    compare(ground, [("pg_dump", &dump), ("crosstrack backup", &backup)])?;
    compare(ground, [("pg_restore", &restore), ("crosstrack restore", &restore_checked)])?;
    for table in ["people", "events", "pg_largeobject_metadata"] {
        let counts = ground.query_beside("restored", &format!("select count(*) from {table}"))?;
        print::answer(&format!("{table}: {} rows restored", counts.trim()));
    }
    Ok(())
}

const PLAIN: &str = "plain.dump";
const OURS: &str = "ours.dump";

fn remove(ground: &Ground, name: &str) {
    for file in [name.to_owned(), format!("{name}.json")] {
        // What is not there need not go.
        drop(std::fs::remove_file(ground.path(&file)));
    }
}

fn dump(ground: &Ground) -> Result<Program, Failure> {
    remove(ground, PLAIN);
    let url = ground.url();
    Ok(ground.client("pg_dump")?.arguments(["--format=custom", "--file", PLAIN, url.as_str()]))
}

#[expect(clippy::unnecessary_wraps, reason = "one contender is made ready as another")]
fn backup(ground: &Ground) -> Result<Program, Failure> {
    remove(ground, OURS);
    Ok(ours(ground, &["backup", "--quiet", "--output", OURS]))
}

fn restore(ground: &Ground) -> Result<Program, Failure> {
    ground.empty_database_of("restored")?;
    let url = ground.url_of("restored");
    let database = format!("--dbname={url}");
    Ok(ground.client("pg_restore")?.arguments(["--exit-on-error", database.as_str(), PLAIN]))
}

fn restore_checked(ground: &Ground) -> Result<Program, Failure> {
    ground.drop_database("restored")?;
    Ok(ours(ground, &["restore", OURS, "--quiet", "--into", "restored"]))
}

fn ours(ground: &Ground, arguments: &[&str]) -> Program {
    let program: &Path = &ground.crosstrack;
    ground.program(program).arguments(arguments).variable("DATABASE_URL", ground.url())
}
