//! Targets of a provider: a role without CREATEDB, schemas, extensions and roles that no migration creates.
//!
//! Must not need an extension that PostgreSQL does not bring along: where it is missing, the test says so.

use crosstrack_testkit::PrivateServer;
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
pub(crate) const SETTINGS: &str = "[[track]]\nname = \"cms\"\nadapter = \"sqlx\"\npath = \"cms\"\nrollback = \"automatic\"\n\n\
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

/// The table as it is before anything is captured: what replays needs what the provider installed.
fn expect_without_capture(scene: &Scene) {
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
    .assert_eq(&table(scene));
}

/// The table as it is with the capture in `before.sql`.
fn expect_with_capture(scene: &Scene) {
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
    .assert_eq(&table(scene));
}

#[test]
fn on_a_database_of_supabase_every_command_works_once_what_was_there_before_is_captured() {
    let server = PrivateServer::start();
    let scene = project(&server, SUPABASE);
    expect_without_capture(&scene);
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
    expect_with_capture(&scene);
    let created = "select datname from pg_database where datname like 'crosstrack\\_%'";
    assert_eq!(server.rows(created).len(), 0, "nothing is tried on the target's server");
}

#[test]
fn on_a_database_of_rds_every_command_works_once_what_was_there_before_is_captured() {
    let server = PrivateServer::start();
    let scene = project(&server, RDS);
    expect_without_capture(&scene);
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
    expect_with_capture(&scene);
}
