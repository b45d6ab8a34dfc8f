//! Targets of a provider: a role without CREATEDB, schemas, extensions and roles that no migration creates.
//!
//! Must not need an extension that PostgreSQL does not bring along: where it is missing, the test says so.

use crosstrack_testkit::{PrivateServer, dump_with_data};
use expect_test::expect;

use crate::scene::Scene;

/// Every command, in an order in which each has something to do. The last ones write.
const LINES: &[&str] = &[
    "up",
    "status --check",
    "verify",
    "drift --no-cache",
    "drift --no-cache --privileges",
    "prove",
    "plan",
    "schema dump database",
    "schema dump cms",
    "schema save saved.json",
    "schema diff saved.json database",
    "schema diff database cms",
    "generate more --track cms --check",
    "baseline --dry-run",
    "history",
    "environment",
    "doctor",
    "down --dry-run",
    "backup -o all.dump",
    "down",
    "plan --rehearse",
    "up",
    "redo",
    "fresh",
];

/// The settings of one track.
const SETTINGS: &str = "[[track]]\nname = \"cms\"\nadapter = \"sqlx\"\npath = \"cms\"\nrollback = \"automatic\"\n\n\
                        [[phase]]\nname = \"all\"\ntracks = [\"cms\"]\n";

/// A database as Supabase hands it over; `app` signs in.
const SUPABASE: &str = "
create role anon nologin; create role authenticated nologin; create role service_role nologin bypassrls;
create role supabase_admin superuser; create role authenticator login noinherit;
create role app login createrole; grant anon, authenticated, service_role to app with admin option;
alter role app set search_path to \"$user\", public, extensions;
alter role authenticator set session_preload_libraries to 'auto_explain';
alter role anon set statement_timeout to '3s';
create schema extensions; grant usage on schema extensions to app, anon, authenticated;
create extension \"uuid-ossp\" schema extensions; create extension pgcrypto schema extensions;
create schema auth; grant usage on schema auth to app, authenticated;
create table auth.users (id uuid primary key, email text); grant select, references on auth.users to app;
create function auth.uid() returns uuid language sql stable as 'select null::uuid';
create schema vault; create table vault.secrets (id int); revoke all on schema vault from public;
create function extensions.watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end execute function extensions.watch();
create publication supabase_realtime;
alter schema public owner to app; grant usage on schema public to anon, authenticated, service_role;
alter default privileges for role app in schema public grant select on tables to anon, authenticated;
alter default privileges for role app in schema public grant all on sequences to service_role;
";

/// A database as RDS hands it over.
const RDS: &str = "
create role rdsadmin superuser; create role rds_superuser nologin; create role rds_replication nologin;
create role app login; alter schema public owner to app;
create extension pg_trgm; create extension pg_stat_statements;
create schema rdsadmin; create table rdsadmin.rds_status (id int); revoke all on schema rdsadmin from public;
create schema extensions; grant usage on schema extensions to app; create extension \"uuid-ossp\" schema extensions;
create schema auth; grant usage on schema auth to app; create table auth.users (id uuid primary key);
grant select, references on auth.users to app;
create function auth.uid() returns uuid language sql stable as 'select null::uuid'; create role authenticated;
";

/// A project on such a database.
fn project(server: &PrivateServer, provided: &str) -> Scene {
    let mut scene = Scene::at(server);
    scene.write("crosstrack.toml", SETTINGS);
    scene.database.sql(&format!("{provided}; alter database {} owner to app", scene.database.name()));
    let url = scene.socket_url("app");
    scene.set("DATABASE_URL", &url);
    scene.sqlx(
        "20260101000000_readings",
        "create table readings (id uuid default extensions.uuid_generate_v4() primary key, owner uuid references auth.users, note text);\n\
         alter table readings enable row level security;\n\
         create policy own on readings for select to authenticated using (owner = auth.uid());\n\
         grant select on readings to authenticated;\n",
        "drop table readings;\n",
    );
    scene.sqlx(
        "20260102000000_places",
        "create table places (id bigint generated always as identity primary key, name text not null);\n\
         alter table readings add place bigint references places;\n",
        "alter table readings drop place;\ndrop table places;\n",
    );
    scene.write("cms/schema.sql", "create table readings (id uuid primary key);\n");
    scene
}

/// Runs every command and gives its exit code with the first line of a failure.
fn table(scene: &Scene) -> String {
    let mut table = String::new();
    for line in LINES {
        let confirmed = matches!(*line, "fresh");
        let ran = scene.run(&format!("{line}{}", if confirmed { " --yes" } else { "" }));
        let said = ran.transcript();
        let error = said.lines().find(|line| line.starts_with("error: ")).unwrap_or_default();
        table += format!("{} {line} {error}", ran.code).trim_end();
        table += "\n";
    }
    table
}

#[test]
fn on_a_database_of_supabase_every_command_works_once_what_was_there_before_is_captured() {
    let server = PrivateServer::start();
    let scene = project(&server, SUPABASE);
    expect![[r#"
        0 up
        0 status --check
        0 verify
        4 drift --no-cache error: `cms/20260101000000_readings` failed on the way up
        4 drift --no-cache --privileges error: `cms/20260101000000_readings` failed on the way up
        1 prove
        0 plan
        0 schema dump database
        4 schema dump cms error: `cms/20260101000000_readings` failed on the way up
        0 schema save saved.json
        0 schema diff saved.json database
        4 schema diff database cms error: `cms/20260101000000_readings` failed on the way up
        4 generate more --track cms --check error: `cms/20260101000000_readings` failed on the way up
        3 baseline --dry-run error: `cms/20260101000000_readings` failed on the way up
        0 history
        0 environment
        0 doctor
        0 down --dry-run
        3 backup -o all.dump error: the server refused to count rows
        0 down
        4 plan --rehearse error: `cms/20260101000000_readings` failed on the way up
        0 up
        0 redo
        4 fresh error: `cms/20260101000000_readings` failed on the way up
    "#]]
    .assert_eq(&table(&scene));
    scene.run("up").exits(0);
    scene.run("shadow capture before.sql").shows(&expect![[r#"
        $ crosstrack shadow capture before.sql
          schema auth
          schema extensions
          schema vault
          extension "uuid-ossp"
          extension pgcrypto
          role anon
          role authenticated
          role developer
          role service_role
        Wrote before.sql: 9 objects that no migration creates.
        next: name it in crosstrack.toml:

        [shadow]
        prepare = ["before.sql"]
        [exit 0]
    "#]]);
    expect![[r#"
        -- crosstrack shadow capture: what existed before the first migration. It runs in each shadow database, before the migrations.

        CREATE ROLE "anon" NOLOGIN;
        CREATE ROLE "authenticated" NOLOGIN;
        CREATE ROLE "developer" NOLOGIN;
        CREATE ROLE "service_role" NOLOGIN;

        SET check_function_bodies TO off;

        ALTER SCHEMA public OWNER TO "app";

        CREATE SCHEMA auth;

        ALTER SCHEMA auth OWNER TO "developer";

        CREATE SCHEMA extensions;

        ALTER SCHEMA extensions OWNER TO "developer";

        CREATE SCHEMA vault;

        ALTER SCHEMA vault OWNER TO "developer";

        CREATE EXTENSION "uuid-ossp" WITH SCHEMA extensions;
        CREATE EXTENSION pgcrypto WITH SCHEMA extensions;

        CREATE TABLE auth.users (
            id uuid NOT NULL,
            email text,
            CONSTRAINT users_pkey PRIMARY KEY (id)
        );

        ALTER TABLE auth.users OWNER TO "developer";

        CREATE TABLE vault.secrets (
            id integer
        );

        ALTER TABLE vault.secrets OWNER TO "developer";

        CREATE OR REPLACE FUNCTION auth.uid()
         RETURNS uuid
         LANGUAGE sql
         STABLE
        AS $function$select null::uuid$function$;

        ALTER FUNCTION auth.uid() OWNER TO "developer";

        CREATE OR REPLACE FUNCTION extensions.watch()
         RETURNS event_trigger
         LANGUAGE plpgsql
        AS $function$begin end$function$;

        ALTER FUNCTION extensions.watch() OWNER TO "developer";

        CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION extensions.watch();

        ALTER EVENT TRIGGER watch OWNER TO "developer";

        CREATE PUBLICATION supabase_realtime;

        ALTER PUBLICATION supabase_realtime OWNER TO "developer";

        GRANT USAGE ON SCHEMA extensions TO anon;
        GRANT USAGE ON SCHEMA public TO anon;
        GRANT USAGE ON SCHEMA auth TO app;
        GRANT USAGE ON SCHEMA extensions TO app;

        GRANT REFERENCES, SELECT ON TABLE auth.users TO app;

        GRANT USAGE ON SCHEMA auth TO authenticated;
        GRANT USAGE ON SCHEMA extensions TO authenticated;
        GRANT USAGE ON SCHEMA public TO authenticated;
        GRANT USAGE ON SCHEMA public TO service_role;

        COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';
        COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';

        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON SEQUENCES TO service_role;
        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT UPDATE ON SEQUENCES TO service_role;
        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT USAGE ON SEQUENCES TO service_role;
        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES TO anon;
        ALTER DEFAULT PRIVILEGES FOR ROLE app IN SCHEMA public GRANT SELECT ON TABLES TO authenticated;
    "#]].assert_eq(&scene.read("before.sql"));
    scene.declare("[shadow]\nprepare = [\"before.sql\"]\n");
    expect![[r#"
        0 up
        0 status --check
        0 verify
        0 drift --no-cache
        0 drift --no-cache --privileges
        0 prove
        0 plan
        0 schema dump database
        0 schema dump cms
        0 schema save saved.json
        0 schema diff saved.json database
        0 schema diff database cms
        1 generate more --track cms --check
        0 baseline --dry-run
        0 history
        0 environment
        0 doctor
        0 down --dry-run
        3 backup -o all.dump error: the server refused to count rows
        0 down
        0 plan --rehearse
        0 up
        0 redo
        0 fresh
    "#]]
    .assert_eq(&table(&scene));
    let created = "select datname from pg_database where datname like 'crosstrack\\_%'";
    assert_eq!(server.rows(created).len(), 0, "nothing is tried on the target's server");
}

#[test]
fn on_a_database_of_rds_every_command_works_once_what_was_there_before_is_captured() {
    let server = PrivateServer::start();
    let scene = project(&server, RDS);
    expect![[r#"
        0 up
        0 status --check
        0 verify
        4 drift --no-cache error: `cms/20260101000000_readings` failed on the way up
        4 drift --no-cache --privileges error: `cms/20260101000000_readings` failed on the way up
        1 prove
        0 plan
        0 schema dump database
        4 schema dump cms error: `cms/20260101000000_readings` failed on the way up
        0 schema save saved.json
        0 schema diff saved.json database
        4 schema diff database cms error: `cms/20260101000000_readings` failed on the way up
        4 generate more --track cms --check error: `cms/20260101000000_readings` failed on the way up
        3 baseline --dry-run error: `cms/20260101000000_readings` failed on the way up
        0 history
        0 environment
        0 doctor
        0 down --dry-run
        3 backup -o all.dump error: the server refused to count rows
        0 down
        4 plan --rehearse error: `cms/20260101000000_readings` failed on the way up
        0 up
        0 redo
        4 fresh error: `cms/20260101000000_readings` failed on the way up
    "#]]
    .assert_eq(&table(&scene));
    scene.run("up").exits(0);
    scene.run("shadow capture before.sql").exits(0);
    expect![[r#"
        -- crosstrack shadow capture: what existed before the first migration. It runs in each shadow database, before the migrations.

        CREATE ROLE "authenticated" NOLOGIN;
        CREATE ROLE "developer" NOLOGIN;

        SET check_function_bodies TO off;

        ALTER SCHEMA public OWNER TO "app";

        CREATE SCHEMA auth;

        ALTER SCHEMA auth OWNER TO "developer";

        CREATE SCHEMA extensions;

        ALTER SCHEMA extensions OWNER TO "developer";

        CREATE SCHEMA rdsadmin;

        ALTER SCHEMA rdsadmin OWNER TO "developer";

        CREATE EXTENSION "uuid-ossp" WITH SCHEMA extensions;
        CREATE EXTENSION pg_stat_statements WITH SCHEMA public;
        CREATE EXTENSION pg_trgm WITH SCHEMA public;

        CREATE TABLE auth.users (
            id uuid NOT NULL,
            CONSTRAINT users_pkey PRIMARY KEY (id)
        );

        ALTER TABLE auth.users OWNER TO "developer";

        CREATE TABLE rdsadmin.rds_status (
            id integer
        );

        ALTER TABLE rdsadmin.rds_status OWNER TO "developer";

        CREATE OR REPLACE FUNCTION auth.uid()
         RETURNS uuid
         LANGUAGE sql
         STABLE
        AS $function$select null::uuid$function$;

        ALTER FUNCTION auth.uid() OWNER TO "developer";

        GRANT USAGE ON SCHEMA auth TO app;
        GRANT USAGE ON SCHEMA extensions TO app;

        GRANT REFERENCES, SELECT ON TABLE auth.users TO app;

        COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';
        COMMENT ON EXTENSION pg_stat_statements IS 'track planning and execution statistics of all SQL statements executed';
        COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';
    "#]].assert_eq(&scene.read("before.sql"));
    scene.declare("[shadow]\nprepare = [\"before.sql\"]\n");
    expect![[r#"
        0 up
        0 status --check
        0 verify
        0 drift --no-cache
        0 drift --no-cache --privileges
        0 prove
        0 plan
        0 schema dump database
        0 schema dump cms
        0 schema save saved.json
        0 schema diff saved.json database
        0 schema diff database cms
        1 generate more --track cms --check
        0 baseline --dry-run
        0 history
        0 environment
        0 doctor
        0 down --dry-run
        3 backup -o all.dump error: the server refused to count rows
        0 down
        0 plan --rehearse
        0 up
        0 redo
        0 fresh
    "#]]
    .assert_eq(&table(&scene));
}

/// A project with one track of sqlx.
fn one_track() -> Scene {
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
fn a_migration_that_names_its_own_migrations_table_is_rehearsed_from_an_empty_database() {
    let scene = one_track();
    scene.write("cms/1_a.sql", "create table t(id int);\n");
    scene.write("cms/2_b.sql", "delete from public._sqlx_migrations where version = 99;\n");
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        1/2 cms/1_a  cms/1_a.sql, one transaction
        2/2 cms/2_b  cms/2_b.sql, one transaction
        changes
          + table public.t
        note: not asked of the data: cms/2_b line 1: delete from public._sqlx_migrations where version = 99: its success depends on rows
        Goes through: 2 of 2 migrations rehearsed in [time].
        [stderr]
          rehearsed cms/1_a ([time])
          rehearsed cms/2_b ([time])
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}

#[test]
fn going_back_over_a_broken_down_migration_is_refused_and_the_last_one_before_it_is_named() {
    let scene = one_track();
    scene.sqlx("1_t", "create table t(id int primary key, keep text);\n", "drop tabel t;\n");
    scene.sqlx("2_s", "alter table t add secret text;\n", "alter table t drop column secret;\n");
    scene.run("up").exits(0);
    scene.database.sql("insert into t select n, 'keep', 'secret ' || n from generate_series(1, 1000) n");
    let before = dump_with_data(&scene.database);
    scene.run("down -n 2").shows(&expect![[r#"
        $ crosstrack down -n 2
        [stderr]
        error: the down migration of `cms/1_t` fails on a shadow database
          --> cms/1_t.down.sql:1:6
           |
         1 | drop tabel t;
           |      ^
          because: the server refused a statement of the script
          because: syntax error at or near "tabel" (SQLSTATE 42601)
          changed: nothing
             next: fix its down migration, or revert only what comes before it: `crosstrack down -n 1` reverts up to and including cms/2_s
        [exit 3]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    scene.run("down").exits(0);
}

#[test]
fn words_in_a_literal_reach_nowhere() {
    let scene = one_track();
    scene.sqlx(
        "1_a",
        "create type action as enum ('create-role', 'drop-user');\ncreate table t(id int primary key, a action);\n",
        "drop table t; drop type action;\n",
    );
    scene.run("up").exits(0);
    scene.sqlx("2_b", "alter type action add value 'alter-database';\n", "delete from t;\n");
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.run("plan --rehearse").exits(0);
    scene.run("drift --no-cache").exits(0);
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
