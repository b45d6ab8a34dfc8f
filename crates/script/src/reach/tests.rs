//! Scripts and the class that each of them reaches, hostile forms among them.

use super::Reach::{self, Database, Outside, Server};
use super::{reach, reaches_beyond_database};

#[track_caller]
fn check(expected: Reach, scripts: &[&str]) {
    for sql in scripts {
        assert_eq!(reach(sql), expected, "{sql}");
        assert_eq!(reaches_beyond_database(sql), expected > Database, "{sql}");
        reaches_as_far_as_code(expected, sql);
    }
}

/// Nothing is lost in a block, in a function or in a text that a block runs; and nothing is found in a text that is only written.
#[track_caller]
fn reaches_as_far_as_code(expected: Reach, sql: &str) {
    // A byte-order mark is one only where a script starts.
    let sql = sql.trim_start_matches('\u{feff}');
    let in_block = format!("do $w$ begin\n{sql}\n; end $w$");
    let in_function =
        format!("create function w() returns void language plpgsql as $w$ begin\n{sql}\n; end $w$");
    let in_text = format!("do $w$ begin execute $v$ {sql} $v$; end $w$");
    let in_quotes = format!("do 'begin\nexecute ''{}''; end'", sql.replace('\'', "''''"));
    for code in [in_block, in_function, in_text, in_quotes] {
        assert!(reach(&code) >= expected, "{code}");
    }
    if !sql.contains("standard_conforming_strings") {
        assert_eq!(reach(&format!("insert into texts (text) values ($w$ {sql} $w$)")), Database, "{sql}");
    }
}

#[test]
fn ordinary_migrations_stay_in_the_database() {
    check(
        Database,
        &[
            "",
            ";;",
            "create table users (id int, role text, program text, database text)",
            "create table role (id int); create table \"user\" (id int); create table tablespace (id int)",
            "alter table herbs drop role",
            "alter table herbs drop column user, drop database, add tablespace text",
            "drop table users; drop type role; drop view \"group\"",
            "create index users_role on users (role)",
            "create user mapping for reader server elsewhere options (user 'a', password 'b')",
            "alter user mapping for reader server elsewhere options (set password 'b')",
            "drop user mapping if exists for reader server elsewhere",
            "create extension if not exists dblink; create extension postgres_fdw; create extension plpython3u",
            "create server elsewhere foreign data wrapper postgres_fdw options (host 'h')",
            "create foreign data wrapper own handler postgres_fdw_handler",
            "create foreign table far (id int) server elsewhere; grant select on far to reader; comment on table far is 'far'",
            "create publication everything for all tables",
            "set role reader; reset role; set session authorization reader",
            "alter default privileges for role owner grant select on tables to reader",
            "alter table herbs owner to reader; alter table herbs set tablespace fast",
            "grant select on herbs to reader; grant usage on schema app to reader; grant all on all tables in schema app to reader",
            "grant usage on foreign server elsewhere to reader; grant execute on function pg_read_file(text) to reader",
            "revoke all on function dblink(text, text) from public; drop function if exists dblink_exec(text)",
            "alter function app.http_call(text) owner to reader; comment on function http_get(text) is 'gets'",
            "alter system_settings",
            "copy herbs to stdout; copy herbs (id) from stdin where id is distinct from 5",
            "copy (select id from herbs) to stdout with (format csv)",
            "create table dblink_log (id int); insert into dblink_log (id) values (1); create index on dblink_log (id)",
            "create table if not exists app.http_requests (id int); insert into app.http_requests (id) values (2)",
            "alter table a add foreign key (b) references http_requests (id)",
            "create function http_wrapper(a int) returns int language sql as 'select a'",
            "select dblink, http from herbs",
            "create trigger t after insert on herbs for each row execute function audit('drop role x')",
            "prepare one as select 1; begin; commit; rollback",
            "select * from pg_database; select rolname from pg_roles join pg_authid using (oid)",
            "set standard_conforming_strings = on; select 1",
            "set standard_conforming_strings to 'on'",
            "create schema app create table role (id int) create view seen as select 1",
            "create function f() returns int language sql begin atomic select 1; select 2; end",
            "reindex system shop",
            "notify role, 'drop role x'",
        ],
    );
}

#[test]
fn a_text_is_no_statement_unless_something_runs_it() {
    check(
        Database,
        &[
            "create type action as enum ('create-role', 'drop-user')",
            "alter type action add value 'alter-database'",
            "create type action as enum ('create role x', 'drop user x')",
            "insert into t values ('drop role x'), ($$ create role y $$), (E'copy t to program \\'x\\'')",
            "insert into t (title) values (lower('drop role x')), (coalesce(null, 'Create user accounts'))",
            "update t set title = 'create database shop' where title in ('drop database shop', 'alter system set a')",
            "insert into t values (jsonb_build_object('title', 'Create user accounts'))",
            "comment on table t is 'create role x; drop database y'",
            "comment on column t.role is 'drop role x'",
            "create table t (name text default 'drop role x' check (name <> 'create user x y'))",
            "create policy p on t using (name in ('drop role x now'))",
            "-- drop role reader\nselect 1 /* create role x /* nested */ drop role y */",
            "select 1 as \"create role x\", U&\"drop role y\" from \"alter system\"",
            "do $$ begin insert into t values ('drop role x'); end $$",
            "do $$ begin raise notice 'create role x'; -- create role y\n end $$",
            "do $$ declare role text := 'drop role x'; begin alter table herbs drop role; end $$",
            "create function f() returns text language sql as $$ select 'drop role x' $$",
            "do $$ begin grant execute on function f() to reader; raise notice 'drop role x'; end $$",
            "do $$ begin create trigger t after insert on h for each row execute procedure f(); perform 'drop role x'; end $$",
            "select has_permission('create-role'), grants('drop', 'role')",
            "select 1 where a = 'x' -- '; create role y; --'",
            "select B'1', x'1f', 'it''s'; select 'drop role x'",
        ],
    );
}

#[test]
fn what_the_server_shares_is_seen() {
    check(
        Server,
        &[
            "create role reader",
            "CREATE/**/ROLE reader",
            "Create -- a role\n\tUser reader",
            "alter /* a /* nested */ b */ role app password 'initial'",
            "create user mapping; select 1",
            "drop user mapping, x",
            "create group g; alter group g add user x",
            "drop role if exists reader",
            "select 1; ; alter role all set work_mem = '1GB'",
            "create database shop; drop database shop",
            "alter database shop set search_path = app",
            "alter tablespace fast rename to slow; drop tablespace slow",
            "alter system set work_mem = '1GB'; ALTER SYSTEM RESET ALL",
            "drop owned by reader",
            "reassign owned by reader to writer",
            "grant reader to writer with admin option",
            "grant \"on\" to writer",
            "revoke admin option for reader from writer cascade",
            "grant connect, temporary on database shop to reader",
            "revoke create on tablespace fast from public",
            "grant set on parameter work_mem to reader",
            "create schema app create table t (id int) grant connect on database shop to reader",
            "comment on role reader is 'reads'; comment on table t is 'x'",
            "COMMENT ON DATABASE shop IS 'x'",
            "comment on tablespace fast is null",
            "security label for own on role reader is 'x'",
            "security label on database shop is 'x'",
            "create subscription s connection 'host=h' publication p with (slot_name = none, connect = false)",
            "create subscription s connection 'host=h' publication p with (CONNECT='off')",
            "alter subscription s disable; alter subscription s owner to reader",
            "prepare transaction 'a'",
            "commit prepared 'a'",
            "select pg_terminate_backend(pid) from pg_stat_activity",
            "select pg_catalog . pg_reload_conf ()",
            "select \"pg_cancel_backend\"(1)",
            "select pg_create_logical_replication_slot('a', 'pgoutput')",
            "select pg_drop_replication_slot('a'), pg_replication_origin_create('b')",
            "select pg_switch_wal()",
            "update pg_database set datallowconn = false",
            "with a as (delete from only pg_catalog.pg_db_role_setting returning 1) select 1",
            "\u{feff}create role reader",
        ],
    );
}

#[test]
fn what_leaves_the_server_is_seen() {
    check(
        Outside,
        &[
            "copy herbs to program 'mail'",
            "COPY (select 1 from herbs) TO/**/PROGRAM $$mail$$",
            "copy herbs (id) from program 'cat' with (format csv)",
            "copy herbs from '/tmp/herbs.csv'",
            "copy herbs to E'/tmp/herbs.csv'",
            "select lo_import('/etc/passwd'); create role x",
            "select lo_export(1, '/tmp/x')",
            "select pg_read_file('postgresql.conf')",
            "select pg_catalog.pg_read_binary_file('x')",
            "select * from pg_ls_dir('.')",
            "select (pg_stat_file('x')).size",
            "select pg_file_write('x', 'y', true)",
            "alter table t add column a text default pg_read_file('x')",
            "select * from dblink('host=h', 'select 1') as t(a int)",
            "select public.\"dblink_exec\"('x', 'drop table y')",
            r#"select U&"d\0062link_exec"('x', 'y')"#,
            r#"select u&"d!0062link_exec" uescape '!' ('x', 'y')"#,
            "select net.http_post('http://h')",
            "select status from http_get('http://h')",
            "select cron.schedule('nightly', '0 3 * * *', 'vacuum')",
            "insert into cron.job (command) values ('x')",
            "select aws_s3.table_import_from_s3('t', '', '')",
            "create trigger t after insert on h for each row execute function supabase_functions.http_request('u')",
            "create operator ### (rightarg = text, function = pg_read_file)",
            "create subscription s connection 'host=h' publication p",
            "create subscription s connection 'host=h' publication p with (create_slot = false)",
            "alter subscription s enable",
            "drop subscription s",
            "import foreign schema public from server elsewhere into app",
            "load 'auto_explain'",
            "create tablespace fast location '/fast'",
            "CREATE /* x */ TABLESPACE fast OWNER reader LOCATION '/fast' WITH (random_page_cost = 1)",
            "create function f() returns int language plpython3u as $$ return 1 $$",
            "create function f() returns int as $$ return 1 $$ language 'plperlu'",
            "create or replace procedure f() language PLTCLU as 'x'",
            "create function f() returns int as '$libdir/own', 'f' language C strict",
            "do language plpython3u $$ import os $$",
            "do $$ x $$ language \"plsh\"",
            "create foreign table far (id int) server s; create table near as select * from far",
            "create foreign table if not exists app.\"Far\" (id int) server s; do $$ begin perform 1 from app.\"Far\"; end $$",
            "create view v as select * from dblink('h', 'select 1') as t(a int)",
            "create role x; do $$ begin perform dblink_connect('h'); end $$",
        ],
    );
}

#[test]
fn code_runs_wherever_it_is_written() {
    check(
        Server,
        &[
            "DO $$ begin if true then CREATE  /* x */ ROLE reader; end if; end $$",
            "do $a$ begin loop begin drop role x; exception when others then null; end; end loop; end $a$",
            "do language plpgsql 'begin create role x; end'",
            "do 'begin '\n'create role x; end'",
            "do E'begin cre\\x61te\\x20role x; end'",
            r"do U&'begin \0063reate role x; end'",
            "do u&'begin !0063reate role x; end' uescape '!'",
            "do $$ begin if a then null; else alter system set work_mem = '1GB'; end if; end $$",
            "create function f() returns void as $f$ begin grant reader to writer; end $f$ language plpgsql",
            "create or replace procedure f(a text default 'x') language sql as 'create role x'",
            "create function f() returns void language 'sql' as 'select 1; select pg_reload_conf()'",
            "do $$ begin create function f() returns void as $f$ begin create role x; end $f$ language plpgsql; end $$",
            "create function f() returns void language plperl as $$ spi_exec_query(\"create role x\") $$",
            "create function f() returns void language plv8 as $$ plv8.execute('alter ' + \"role x\") $$",
            "create function f() returns void language internal as 'pg_reload_conf'",
            "do $$ begin update pg_catalog.pg_database set datistemplate = true; end $$",
            "do $1$ begin create role x; end $1$; do $_1$ begin create role x; end $_1$",
        ],
    );
    check(
        Outside,
        &[
            "do $$ begin copy (select case when true then 1 else 2 end) to program 'x'; end $$",
            "create function f() returns text language sql as $$ select pg_read_file('x') $$",
            "create function f() returns text language sql begin atomic select pg_read_file('x'); end",
            "create function f() returns text language sql return pg_read_file('x')",
            "do $$ begin create function f() returns int language plpython3u as 'x'; end $$",
        ],
    );
}

#[test]
fn a_text_that_code_runs_is_code() {
    check(
        Server,
        &[
            "do $$ begin execute 'create role x'; end $$",
            "do $$ begin EXECUTE format('ALTER ROLE %I SET work_mem = %L', x, y); end $$",
            "do $$ begin execute format('grant %I to %I', a, b); end $$",
            "do $$ begin execute 'grant ' || a || ' to ' || b; end $$",
            "do $$ begin execute 'create ' || 'ro' || 'le x'; end $$",
            "do $$ declare s text := 'create role x'; begin execute s; end $$",
            "do $$ begin execute concat('create ', 'role x'); end $$",
            "do $$ begin execute 'drop ' || kind || ' x'; end $$",
            "do $$ begin execute format('DROP %s IF EXISTS %I', kind, name); end $$",
            "do $$ begin execute verb || ' role ' || name; end $$",
            "do $$ begin execute case when a then 'create' else 'drop' end || ' role x'; end $$",
            "do $$ begin execute 'alter database ' || current_database() || ' set a.b = 1'; end $$",
            "do $$ begin execute format('grant connect on %s to x', a); end $$",
            "do $$ begin for r in select 1 loop execute 'select 1; drop role ' || r.name; end loop; end $$",
            "do $$ begin execute $e$ do $i$ begin execute 'create role x'; end $i$ $e$; end $$",
            "do 'begin execute ''do ''''begin create role x; end''''''; end'",
            "do $$ begin execute E'create\\trole x'; end $$",
            "do $$ begin return query execute 'select pg_reload_conf()'; end $$",
            "create function f(x text) returns void as $f$ begin execute 'drop role ' || x; end $f$ language plpgsql",
            "select exec('create role x')",
            "call app.run(format('alter role %I nologin', 'x'))",
            "do $$ begin perform exec('drop role x'); end $$",
            "set standard_conforming_strings = off; select '\\'--'; create role x",
            "reset standard_conforming_strings; on on; select '\\'--'; create role x",
            "do $a$ begin execute $b$do $c$begin execute $d$do $e$begin execute $f$do $g$begin execute $h$create role x$h$; end$g$$f$; end$e$$d$; end$c$$b$; end $a$",
        ],
    );
    check(
        Outside,
        &[
            "do $$ begin execute format('copy %I to %L', a, b); end $$",
            "do $$ begin execute 'copy t ' || direction || ' program ''x'''; end $$",
            "do $$ begin execute format('create tablespace %I location %L', a, b); end $$",
            "do $$ begin execute verb || ' tablespace ' || name || ' location ''/fast'''; end $$",
            "create function f() returns void language plv8 as $$ plv8.execute('create ' + \"tablespace x location '/fast'\") $$",
            "do $$ begin execute 'copy t to ' || quote_literal(x); end $$",
            "do $$ begin execute 'select dblink_exec' || arguments; end $$",
            "do $$ begin execute format('select %I(1)', 'pg_read_file'); end $$",
            "select query_to_xml('select pg_read_file(''x'')', true, true, '')",
            "do $$ begin execute 'create function f() returns int language ' || 'plpython3u as ''x'''; end $$",
        ],
    );
}

#[test]
fn what_code_assembles_for_the_database_stays_there() {
    check(
        Database,
        &[
            "do $$ begin execute 'alter table ' || t || ' drop role'; end $$",
            "do $$ begin execute format('alter table %I drop column user', t); end $$",
            "do $$ begin execute format('create table %I.%I (id int)', a, b); end $$",
            "do $$ begin execute format('create %s index on %I (id)', kind, t); end $$",
            "do $$ begin execute 'CREATE ' || 'TABLE t (id int)'; end $$",
            "do $$ begin foreach t in array array['user', 'role', 'group'] loop execute format('drop table %I', t); end loop; end $$",
            "do $$ begin execute format('grant select, insert on %s to reader', t); end $$",
            "do $$ begin execute format('grant all on %I to reader', t); end $$",
            "do $$ begin execute 'copy t from stdin'; end $$",
            "do $$ begin execute 'insert into http_log (id) values (1)'; end $$",
            "do $$ begin execute 'select 1 group by ' || a; end $$",
            "create function f() returns trigger as $$ begin execute 'refresh materialized view ' || tg_argv[0]; return null; end $$ language plpgsql",
        ],
    );
}

#[test]
fn any_text_has_a_reach() {
    let nested = (0..2_000).fold(String::from("create role x"), |code, level| {
        format!("do $t{level}$ begin execute $u{level}$ {code} $u{level}$; end $t{level}$")
    });
    assert_eq!(reach(&nested), Server);
    for part in [
        "then copy ",
        "f('a b c' ",
        "execute 'drop ' || ",
        "create role ",
        "$a$ $b$ ",
        "'",
        "E'\\",
        "a.",
        "(",
    ] {
        reach(&part.repeat(20_000));
        reach(&format!("do $do$ begin execute {}; end $do$", part.repeat(20_000)));
    }
    assert!(Database < Server && Server < Outside);
}
