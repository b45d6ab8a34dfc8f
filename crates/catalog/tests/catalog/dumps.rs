//! The catalog against `pg_dump`, which is the judge of whether two schemas are equal.

use crosstrack_testkit::{Folder, TestDatabase, dump};

use crate::support::{catalog, said};

/// Statements that change the schema, and statements that only look as if they did.
const STATEMENTS: [&str; 46] = [
    "create schema shop",
    "create table users (id int primary key, name text not null default 'x', age int)",
    "insert into users values (1, 'Ada', 36)",
    "analyze users",
    "vacuum users",
    "alter table users add email text",
    "alter table users drop email",
    "alter table users drop age",
    "alter table users add age int",
    "alter table users alter age set default 1",
    "alter table users alter age drop default",
    "alter table users alter age set statistics 200",
    "alter table users alter age set statistics -1",
    "create index users_age on users (age)",
    "reindex table users",
    "cluster users using users_age",
    "alter index users_age rename to users_by_age",
    "drop index users_by_age",
    "alter table users add constraint grown check (age > 17) not valid",
    "alter table users add constraint old check (age < 150)",
    "create sequence tickets",
    "select nextval('tickets')",
    "select setval('tickets', 100)",
    "alter sequence tickets cache 10",
    "create view names as select name from users",
    "create or replace view names as select name from users",
    "create or replace view names as select name, id from users",
    "create materialized view many as select count(*) from users with no data",
    "create type mood as enum ('sad', 'happy')",
    "alter type mood add value 'fine' after 'sad'",
    "create domain grade as int check (value < 7)",
    "create function one() returns int language sql as 'select 1'",
    "create or replace function one() returns int language sql as 'select 1'",
    "create or replace function one() returns int language sql as 'select 2'",
    "grant select on users to public",
    "revoke select on users from public",
    "revoke execute on function one() from public",
    "grant execute on function one() to public",
    "comment on table users is 'people'",
    "comment on table users is null",
    "alter table users set (autovacuum_enabled = off)",
    "alter table users reset (autovacuum_enabled)",
    "alter table users enable row level security",
    "truncate users",
    "refresh materialized view many",
    "alter table users rename age to years",
];

#[tokio::test]
async fn catalogs_are_equal_exactly_when_dumps_are() {
    let database = TestDatabase::new("iff");
    let mut before = (catalog(&database).await, dump(&database));
    let mut equal = 0;
    for statement in STATEMENTS {
        database.sql(statement);
        let after = (catalog(&database).await, dump(&database));
        let differences = said(&before.0, &after.0);
        assert_eq!(differences.is_empty(), before.1 == after.1, "{statement}: {differences:?}");
        equal += usize::from(differences.is_empty());
        before = after;
    }
    assert!((9..35).contains(&equal), "statements of both sorts are tried, not {equal} of one");
}

/// The repository's own schema, and a little of everything that it lacks.
const MORE: &str = "
    create schema shop;
    create sequence shop.tickets as smallint start 10;
    create table shop.logs (day date not null, line text) partition by range (day);
    create table shop.logs_2025 partition of shop.logs for values from ('2025-01-01') to ('2026-01-01');
    create index on shop.logs (line);
    alter table shop.logs add primary key (day);
    create table shop.parent (id int generated always as identity (start 7) primary key, name varchar(20) collate \"C\");
    alter table shop.parent drop name;
    alter table shop.parent add name text;
    create table shop.child (extra int unique deferrable) inherits (shop.parent);
    create unlogged table shop.quick (id serial, half numeric generated always as (1.5) stored);
    alter table shop.quick add constraint positive check (id > 0) not valid;
    create type shop.span as range (subtype = float8);
    create type shop.address as (street text, town text);
    create domain shop.grade as int default 1 not null check (value < 7);
    create function shop.noted() returns trigger language plpgsql as 'begin return new; end';
    create trigger note before insert on shop.logs for each row execute function shop.noted();
    create trigger note before update on shop.quick for each row execute function shop.noted();
    alter table shop.quick disable trigger note;
    create rule keep as on delete to shop.quick do instead nothing;
    alter table shop.quick enable row level security;
    create policy own on shop.quick using (id = 1);
    create procedure shop.rest() language sql as 'select 1';
    create aggregate shop.product(int) (sfunc = int4mul, stype = int, initcond = 1);
    create operator shop.@+ (leftarg = int, rightarg = int, function = int4pl);
    create materialized view shop.many as select count(*) from shop.quick;
    create unique index on shop.many (count);
    create statistics shop.together (dependencies) on id, half from shop.quick;
    create text search dictionary shop.plain (template = simple, accept = false);
    create text search configuration shop.german (copy = simple);
    create publication few for table shop.parent;
    create collation shop.bytes (provider = libc, locale = 'C');
    grant select on shop.quick to public;
    grant update (half) on shop.quick to public;
    revoke execute on function shop.noted() from public;
    alter default privileges in schema shop grant select on tables to public;
    comment on table shop.quick is 'quick';
    comment on column shop.quick.half is 'half of it';
";

#[tokio::test]
async fn a_schema_that_was_dumped_and_restored_is_the_same() {
    let (original, copy) = (TestDatabase::new("original"), TestDatabase::new("copy"));
    for folder in [Folder::auth(), Folder::cms()] {
        let mut scripts: Vec<_> = files_ending_in(folder.path(), "up.sql");
        scripts.sort();
        for script in scripts {
            original.sql(&std::fs::read_to_string(script).expect("a script can be read"));
        }
    }
    original.sql(MORE);
    copy.sql(&dump(&original));
    assert_eq!(said(&catalog(&original).await, &catalog(&copy).await), [""; 0]);
    assert!(catalog(&original).await.facts().count() > 500, "the whole schema was there");
}

fn files_ending_in(folder: &std::path::Path, end: &str) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    paths
        .flat_map(|path| if path.is_dir() { files_ending_in(&path, end) } else { vec![path] })
        .filter(|path| path.to_string_lossy().ends_with(end))
        .collect()
}
