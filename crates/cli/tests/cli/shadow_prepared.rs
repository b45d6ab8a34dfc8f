//! Extensions, schemas and owners that no migration creates: they existed before the first one, or exist only elsewhere.
//!
//! Must not need a provider: an administrator on a server of our own is enough.

use crosstrack_testkit::PrivateServer;
use expect_test::expect;

use crate::scene::Scene;
use crate::shadow_provider::SETTINGS;

/// A project with one track of sqlx.
pub(crate) fn one_track() -> Scene {
    let scene = Scene::new();
    scene.write("crosstrack.toml", SETTINGS);
    scene
}

#[test]
fn an_extension_of_an_administrator_is_there_once_it_is_prepared() {
    let scene = one_track();
    scene.database.sql("create extension pg_trgm");
    scene.sqlx(
        "1_a",
        "create table t(id bigint primary key, name text);\ncreate index t_trgm on t using gin (name gin_trgm_ops);\n",
        "drop table t;\n",
    );
    scene.run("up").exits(0);
    scene.run("drift --no-cache").shows(&expect![[r#"
        $ crosstrack drift --no-cache
        [stderr]
        error: `cms/1_a` failed on the way up, cms/1_a.up.sql
          because: the server refused a statement of the script
          because: operator class "gin_trgm_ops" does not exist for access method "gin" (SQLSTATE 42704)
          changed: nothing; the shadow database was dropped
             next: it is applied here, and cannot run on an empty database: a file is missing or modified (`crosstrack status` shows which), or it needs something that existed before the first migration
             next: `crosstrack shadow capture` writes what existed before into a file for `prepare` under `[shadow]`
        [exit 4]
    "#]]);
    scene.run("shadow capture platform.sql").exits(0);
    scene.declare("[shadow]\nprepare = [\"platform.sql\"]\n");
    for line in ["drift --no-cache", "prove", "baseline --dry-run", "schema dump cms", "down --dry-run"] {
        scene.run(line).exits(0);
    }
    assert!(!scene.run("schema dump cms").stdout.contains("EXTENSION"), "it is no migration's");
}

#[test]
fn fresh_drops_nothing_that_was_there_before_the_first_migration() {
    let scene = one_track();
    scene.database.sql("create schema auth; create table auth.users (id int primary key); insert into auth.users values (1), (2)");
    scene.sqlx(
        "1_a",
        "create table notes (id int, by_user int references auth.users);\n",
        "drop table notes;\n",
    );
    scene.run("up").exits(0);
    scene.database.sql("insert into notes values (1, 1)");
    scene.run("shadow capture platform.sql").exits(0);
    scene.declare("[shadow]\nprepare = [\"platform.sql\"]\n");
    scene.run("fresh").shows(&expect![[r#"
        $ crosstrack fresh
        Applied 1 migration in [time]: cms 1.
        [stderr]
        replaying applied migrations on a shadow database to find the objects they created
        warning: what the migrations made is dropped
          it holds 1 table with 1 rows: public.notes 1
        dropped 2 objects that the migrations had made
        all
          applied cms/1_a ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from auth.users"), "2");
    assert_eq!(scene.database.value("select count(*) from notes"), "0");
}

#[test]
fn saved_schemas_of_owners_that_no_server_here_has_are_compared() {
    let scene = one_track();
    for (file, columns) in [("a.json", "id int"), ("b.json", "id int, note text")] {
        let server = PrivateServer::start();
        server.rows(&format!("create role keeper_elsewhere; create role reader_elsewhere; set role keeper_elsewhere; reset role; \
             create table ledger ({columns}); alter table ledger owner to keeper_elsewhere; grant select on ledger to reader_elsewhere; \
             alter table ledger enable row level security; create policy p on ledger to reader_elsewhere using (true)"));
        scene.run(&format!("schema save {file} {}", server.running().url())).exits(0);
    }
    scene.run("schema diff a.json b.json").shows(&expect![[r#"
        $ crosstrack schema diff a.json b.json
        + column public.ledger.note
        1 difference from a.json to b.json. The statements, tried there and back on a shadow database: `crosstrack schema diff a.json b.json --sql`
        [exit 1]
    "#]]);
    scene.run("schema diff a.json b.json --sql").shows(&expect![[r#"
        $ crosstrack schema diff a.json b.json --sql
        BEGIN;
        ALTER TABLE public.ledger ADD COLUMN note text;
        COMMIT;
        [exit 0]
    "#]]);
    // The same with a dump of pg_dump.
    scene.write("old.sql", "create table ledger (id int);\nalter table ledger owner to nobody_here;\ngrant select on ledger to none_here;\n");
    scene.write(
        "new.sql",
        "create table ledger (id int, note text);\nalter table ledger owner to nobody_here;\n",
    );
    scene.run("schema diff old.sql new.sql").exits(1);
    let roles = "select count(*) from pg_roles where rolname ~ '_(else)?(where|here)$'";
    assert_eq!(scene.database.value(roles), "0");
}
