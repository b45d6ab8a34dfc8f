//! `plan --rehearse`: what the pending migrations would do is measured on a copy, and the database is not touched.

mod data;

use crosstrack_testkit::dump_with_data;
use expect_test::expect;

use crate::scene::Scene;

/// Two tables with rows, and statistics of them.
fn filled() -> Scene {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_names",
        "alter table herbs add name text, add kind text;\ncreate index herbs_id on herbs (id);\n",
        "alter table herbs drop name, drop kind;\n",
    );
    scene.run("up").exits(0);
    scene
        .database
        .sql("insert into herbs select n, case when n > 3 then 'mint' end from generate_series(1, 1204) n");
    scene.database.sql("insert into formulas select generate_series(1, 12)");
    scene.database.sql("analyze");
    scene
}

#[test]
fn a_rehearsal_measures_locks_rewrites_scans_and_builds() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_wide",
        "alter table herbs alter id type bigint;\nupdate herbs set kind = 'leaf';\n",
        "select 1;\n",
    );
    scene.sqlx(
        "20250107000000_check",
        "create table parts (id int);\ncreate index parts_id on parts (id);\nalter table formulas add check (id > 0);\n\
         alter table formulas add column kind text default 'tea';\nalter table herbs drop kind;\n",
        "select 1;\n",
    );
    scene.sqlx(
        "20250108000000_search",
        "-- no-transaction\ncreate index concurrently herbs_name on herbs (name);\nalter table herbs rename to plants;\n",
        "select 1;\n",
    );
    let before = dump_with_data(&scene.database);
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        1/3 cms/20250106000000_wide  cms/20250106000000_wide.up.sql, one transaction
            line 1: alter table herbs alter id type bigint
              locks public.herbs against reads and writes (AccessExclusiveLock)
              writes public.herbs anew: about 1,204 rows, [size], with 1 index
            line 2: update herbs set kind = 'leaf'
              reads all of public.herbs: about 1,204 rows, [size], and may write any row of it
        2/3 cms/20250107000000_check  cms/20250107000000_check.up.sql, one transaction
            line 3: alter table formulas add check (id > 0)
              locks public.formulas against reads and writes (AccessExclusiveLock)
              reads all of public.formulas: about 12 rows, [size]
            line 5: alter table herbs drop kind
              locks public.herbs against reads and writes (AccessExclusiveLock)
        3/3 cms/20250108000000_search  cms/20250108000000_search.up.sql, no transaction, statement by statement
            line 2: create index concurrently herbs_name on herbs (name)
              builds index public.herbs_name over public.herbs: about 1,204 rows, [size]
            line 3: alter table herbs rename to plants
              locks public.herbs against reads and writes (AccessExclusiveLock)
        changes
          - table public.herbs
          + table public.parts
          + table public.plants
          + column public.formulas.kind
          + constraint formulas_id_check on public.formulas
          ~ index public.herbs_id: definition CREATE INDEX herbs_id ON public.herbs USING btree (id) -> CREATE INDEX herbs_id ON public.plants USING btree (id)
        loses
          drops column public.herbs.kind: 0 values
        note: not asked of the data: cms/20250106000000_wide line 2: update herbs set kind = 'leaf': its success depends on rows
        Goes through: 3 of 3 migrations rehearsed in [time].
        [stderr]
          rehearsed cms/20250106000000_wide ([time])
          rehearsed cms/20250107000000_check ([time])
          rehearsed cms/20250108000000_search ([time])
        [exit 0]
    "#]]);
    assert_eq!(dump_with_data(&scene.database), before);
    let left = "select count(*) from pg_database d where datname like 'crosstrack\\_shadow\\_%' \
                and not exists (select from pg_stat_activity a where a.application_name = d.datname)";
    assert_eq!(scene.database.value(left), "0");
    scene.run("up").exits(0);
}

#[test]
fn a_migration_that_fails_is_named_with_its_statement() {
    let scene = filled();
    scene.sqlx("20250106000000_good", "alter table herbs add latin text;\n", "select 1;\n");
    scene.sqlx("20250107000000_bad", "select 1;\nalter table herbs add latin text;\n", "select 1;\n");
    scene.sqlx("20250108000000_after", "select 1;\n", "select 1;\n");
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        1/3 cms/20250106000000_good  cms/20250106000000_good.up.sql, one transaction
            line 1: alter table herbs add latin text
              locks public.herbs against reads and writes (AccessExclusiveLock)
        2/3 cms/20250107000000_bad  cms/20250107000000_bad.up.sql, one transaction
        cms/20250107000000_bad fails
          --> cms/20250107000000_bad.up.sql:2:1
           |
         2 | alter table herbs add latin text;
           | ^
          because: the server refused a statement of the script
          because: column "latin" of relation "herbs" already exists (SQLSTATE 42701)
        changes
          + column public.herbs.latin
        Would not go through: 1 of 3 migrations rehearsed in [time].
        [stderr]
          rehearsed cms/20250106000000_good ([time])
          failed cms/20250107000000_bad ([time])
        [exit 1]
    "#]]);
}

#[test]
fn what_the_data_contradicts_is_found_though_a_copy_has_no_rows() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_strict",
        "alter table herbs alter name set not null;\nalter table formulas add herb int not null;\n",
        "select 1;\n",
    );
    scene.sqlx(
        "20250107000000_rules",
        "create unique index herbs_unique on herbs (name);\nalter table herbs add check (id < 1000);\n\
         alter table herbs add constraint herbs_user foreign key (id) references users (id);\n",
        "select 1;\n",
    );
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/2 cms/20250106000000_strict  cms/20250106000000_strict.up.sql, one transaction
            line 1: alter table herbs alter name set not null
              locks public.herbs against reads and writes (AccessExclusiveLock)
              reads all of public.herbs: about 1,204 rows, [size]
            line 2: alter table formulas add herb int not null
              locks public.formulas against reads and writes (AccessExclusiveLock)
              reads all of public.formulas: about 12 rows, [size]
        2/2 cms/20250107000000_rules  cms/20250107000000_rules.up.sql, one transaction
            line 1: create unique index herbs_unique on herbs (name)
              locks public.herbs against writes (ShareLock)
              builds index public.herbs_unique over public.herbs: about 1,204 rows, [size]
            line 2: alter table herbs add check (id < 1000)
              locks public.herbs against reads and writes (AccessExclusiveLock)
              reads all of public.herbs: about 1,204 rows, [size]
            line 3: alter table herbs add constraint herbs_user foreign key (id) references...
              locks public.herbs against writes (ShareRowExclusiveLock)
              locks public.users against writes (ShareRowExclusiveLock)
              reads all of public.herbs: about 1,204 rows, [size]
        changes
          + column public.formulas.herb
          ~ column public.herbs.name: nullable true -> false
          + constraint herbs_id_check on public.herbs
          + constraint herbs_user on public.herbs
          + index public.herbs_unique
        contradicted by the data as it is now
          cms/20250106000000_strict line 1: column public.herbs.name is to take no null, and is null in 3 rows
          cms/20250106000000_strict line 2: column public.formulas.herb is added without a value and takes no null, and public.formulas has 12 rows
          cms/20250107000000_rules line 1: unique index herbs_unique on public.herbs cannot be built: more than one row has each of 1 key
          cms/20250107000000_rules line 2: constraint herbs_id_check on public.herbs does not hold for 205 rows
          cms/20250107000000_rules line 3: foreign key herbs_user on public.herbs finds nothing in public.users for more than 1000 rows
        Would not go through: 2 of 2 migrations rehearsed in [time], but the data contradicts 5 statements.
        [exit 1]
    "#]]);
}

#[test]
fn what_the_plan_may_clear_away_itself_is_not_held_against_it() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_strict",
        "update herbs set name = 'nameless' where name is null;\nalter table herbs alter name set not null;\n",
        "select 1;\n",
    );
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20250106000000_strict  cms/20250106000000_strict.up.sql, one transaction
            line 1: update herbs set name = 'nameless' where name is null
              reads all of public.herbs: about 1,204 rows, [size], and may write any row of it
            line 2: alter table herbs alter name set not null
              locks public.herbs against reads and writes (AccessExclusiveLock)
              reads all of public.herbs: about 1,204 rows, [size]
        changes
          ~ column public.herbs.name: nullable true -> false
        note: not asked of the data: cms/20250106000000_strict line 1: update herbs set name = 'nameless' where name is null: its success depends on rows
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}

#[test]
fn without_client_programs_it_is_rehearsed_on_a_replay() {
    let mut scene = filled();
    scene.sqlx("20250106000000_wide", "alter table herbs alter id type bigint;\n", "select 1;\n");
    scene.database.sql("create table by_hand (id int)");
    scene.set("PATH", "");
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20250106000000_wide  cms/20250106000000_wide.up.sql, one transaction
            line 1: alter table herbs alter id type bigint
              locks public.herbs against reads and writes (AccessExclusiveLock)
              writes public.herbs anew: about 1,204 rows, [size], with 1 index
        changes
          ~ column public.herbs.id: type integer -> bigint
        note: rehearsed on a replay of what is applied and not on a copy of the schema: cannot find `pg_dump`
        note: table `public.by_hand` was not in the rehearsal
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
}

#[test]
fn a_role_that_a_plan_creates_stays_on_a_server_of_its_own_and_is_refused_on_the_targets() {
    let scene = filled();
    scene.sqlx("20250106000000_reader", "create role reader_of_herbs;\n", "drop role reader_of_herbs;\n");
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        1/1 cms/20250106000000_reader  cms/20250106000000_reader.up.sql, one transaction
        Goes through: 1 of 1 migration rehearsed in [time].
        [stderr]
          rehearsed cms/20250106000000_reader ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from pg_roles where rolname = 'reader_of_herbs'"), "0");
    // Again, as if the first had never been.
    scene.run("plan --rehearse").exits(0);
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        [stderr]
        error: `cms/20250106000000_reader` may change roles, other databases or settings of the target's server, so it is not tried
          because: the statements are in cms/20250106000000_reader.up.sql
          changed: nothing
             next: a shadow database cannot undo that; leave it out with `--to` or `--from` where the command has them
        [exit 3]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from pg_roles where rolname = 'reader_of_herbs'"), "0");
}

#[test]
fn nothing_pending_is_soon_rehearsed() {
    let scene = filled();
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        Nothing to rehearse: no migration is pending.
        [exit 0]
    "#]]);
}

#[test]
fn on_the_targets_server_a_user_who_owns_nothing_rehearses_on_a_copy_without_owners() {
    let mut scene = filled();
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.sqlx("20250106000000_wide", "alter table herbs alter id type bigint;\n", "select 1;\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "alter role {role} createdb; grant usage on schema crosstrack to {role}; \
         grant select on all tables in schema crosstrack, public to {role}"
    ));
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20250106000000_wide  cms/20250106000000_wide.up.sql, one transaction
            line 1: alter table herbs alter id type bigint
              locks public.herbs against reads and writes (AccessExclusiveLock)
              writes public.herbs anew: about 1,204 rows, [size], with 1 index
        changes
          ~ column public.herbs.id: type integer -> bigint
        note: the copy has no owners and privileges: this user may not make them
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
}

#[test]
fn on_the_targets_server_a_role_without_the_right_to_create_databases_is_told_so() {
    let mut scene = filled();
    scene.declare("[shadow]\nserver = \"target\"\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant usage on schema crosstrack to {role}; grant select on all tables in schema crosstrack, public to {role}"
    ));
    scene.run("plan --rehearse").exits(3);
}

#[test]
fn outside_any_transaction_the_locks_are_seen_while_the_statement_is_held() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_outside",
        "-- no-transaction\nvacuum full herbs;\ndrop index concurrently herbs_id;\nreindex table concurrently users;\n\
         begin;\ntruncate formulas;\nlock table sessions in share mode;\ncommit;\n",
        "select 1;\n",
    );
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20250106000000_outside  cms/20250106000000_outside.up.sql, no transaction, statement by statement
            line 2: vacuum full herbs
              locks public.herbs against reads and writes (AccessExclusiveLock)
              writes public.herbs anew: about 1,204 rows, [size], with 1 index
            line 4: reindex table concurrently users
              builds index public.users_pkey over public.users: about 0 rows, [size]
            line 6: truncate formulas
              locks public.formulas against reads and writes (AccessExclusiveLock)
              empties public.formulas: about 12 rows, [size]
            line 7: lock table sessions in share mode
              locks public.sessions against writes (ShareLock)
        changes
          - index public.herbs_id
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}

#[test]
fn a_million_rows_are_named_with_what_is_done_to_them() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_kinds",
        "alter table herbs add kind text;\n",
        "alter table herbs drop kind;\n",
    );
    scene.run("up").exits(0);
    scene.database.sql("insert into herbs select n, 'kind ' || n % 17 from generate_series(1, 1000000) n");
    scene.database.sql("vacuum analyze");
    scene.sqlx("20250106000000_wide", "alter table herbs alter id type bigint;\n", "select 1;\n");
    scene.sqlx(
        "20250107000000_check",
        "alter table herbs add constraint positive check (id > 0);\n",
        "select 1;\n",
    );
    scene.sqlx(
        "20250108000000_search",
        "-- no-transaction\ncreate index concurrently herbs_kind on herbs (kind);\n",
        "-- no-transaction\ndrop index concurrently herbs_kind;\n",
    );
    scene.run("plan --rehearse").shows(&expect![[r#"
        $ crosstrack plan --rehearse
        1/3 cms/20250106000000_wide  cms/20250106000000_wide.up.sql, one transaction
            line 1: alter table herbs alter id type bigint
              locks public.herbs against reads and writes (AccessExclusiveLock)
              writes public.herbs anew: about 1,000,000 rows, [size]
        2/3 cms/20250107000000_check  cms/20250107000000_check.up.sql, one transaction
            line 1: alter table herbs add constraint positive check (id > 0)
              locks public.herbs against reads and writes (AccessExclusiveLock)
              reads all of public.herbs: about 1,000,000 rows, [size]
        3/3 cms/20250108000000_search  cms/20250108000000_search.up.sql, no transaction, statement by statement
            line 2: create index concurrently herbs_kind on herbs (kind)
              builds index public.herbs_kind over public.herbs: about 1,000,000 rows, [size]
        changes
          ~ column public.herbs.id: type integer -> bigint
          + constraint positive on public.herbs
          + index public.herbs_kind
        Goes through: 3 of 3 migrations rehearsed in [time].
        [stderr]
          rehearsed cms/20250106000000_wide ([time])
          rehearsed cms/20250107000000_check ([time])
          rehearsed cms/20250108000000_search ([time])
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}
