//! What a way back would drop is shown before it goes, with how much of it is there.

use expect_test::expect;

use crate::scene::Scene;

fn filled() -> Scene {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250105000000_names",
        "alter table herbs add name text, add kind text;\ncreate index herbs_name on herbs (name);\n",
        "alter table herbs drop name, drop kind;\n",
    );
    scene.run("up").exits(0);
    scene.database.sql(
        "insert into herbs select n, case when n <= 311 then 'mint' end from generate_series(1, 1204) n",
    );
    scene.database.sql("insert into formulas select generate_series(1, 12)");
    scene
}

#[test]
fn a_way_back_says_what_it_drops_with_real_counts() {
    let scene = filled();
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("down --steps 2 --dry-run").shows(&expect![[r#"
        $ crosstrack down --steps 2 --dry-run
        1/2 down cms/20250105000000_names  cms/20250105000000_names.down.sql, one transaction
            hazard: destroys data, line 1: alter table herbs drop name, drop kind
        2/2 down cms/20250104000000_formulas  cms/20250104000000_formulas.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        2 steps back, fingerprint df32f7aed22a
        loses
          drops column public.herbs.name: 311 values
          drops table public.formulas: 12 rows
          drops column public.herbs.kind: 0 values
        [exit 0]
    "#]]);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
    scene.run("down --steps 2").shows(&expect![[r#"
        $ crosstrack down --steps 2
        Reverted 2 migrations in [time]: cms 2. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 2 migrations (cms 2) in the database `[database]` on [server], environment development
          drops column public.herbs.name: 311 values
          drops table public.formulas: 12 rows
          drops column public.herbs.kind: 0 values
        content
          reverted cms/20250105000000_names ([time])
          reverted cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.database.value("select count(*) from pg_database where datname like 'crosstrack_shadow_%' and datname not in (select application_name from pg_stat_activity)"), "0");
}

#[test]
fn what_has_only_another_name_is_not_lost() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_plants",
        "alter table herbs rename to plants;\nalter table plants rename name to title;\nalter table plants add latin text;\n",
        "alter table plants drop latin;\nalter table plants rename title to name;\nalter table plants rename to herbs;\n",
    );
    scene.run("up").exits(0);
    scene.database.sql("update plants set latin = 'mentha' where id = 1");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        Reverted 1 migration in [time]: cms/20250106000000_plants. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          drops column public.plants.latin: 1 value
        content
          reverted cms/20250106000000_plants ([time])
        [exit 0]
    "#]]);
}

#[test]
fn rows_that_a_statement_deletes_are_told_by_the_statement() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_wide",
        "alter table herbs alter id type bigint;\n",
        "delete from formulas;\nalter table herbs alter id type int;\n",
    );
    scene.run("up").exits(0);
    scene.database.sql("insert into herbs values (5000000000)");
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250106000000_wide  cms/20250106000000_wide.down.sql, one transaction
            hazard: destroys data, line 1: delete from formulas
        1 step back, fingerprint cf4a402c7e40
        loses
          changes column public.herbs.id from bigint to integer: some values do not fit: integer out of range
        [exit 0]
    "#]]);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          changes column public.herbs.id from bigint to integer: some values do not fit: integer out of range
          cms/20250106000000_wide line 1: delete from formulas
        content
          failed cms/20250106000000_wide ([time])
        error: `cms/20250106000000_wide` failed on the way down, cms/20250106000000_wide.down.sql
          because: the server refused a statement of the script
          because: integer out of range (SQLSTATE 22003)
          changed: this migration is applied as before: its backward script ran in one transaction; before it, this run reverted nothing
             next: mend the backward script, then run `crosstrack down` again
        [exit 4]
    "#]]);
}

#[test]
fn where_nothing_can_be_rehearsed_the_statements_say_it() {
    let mut scene = filled();
    scene.declare("[shadow]\nserver = \"target\"\n");
    scene.sqlx(
        "20250106000000_reader",
        "select 1;\n",
        "drop role if exists nobody_of_this_name;\ndrop table formulas;\n",
    );
    scene.run("up").exits(0);
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250106000000_reader  cms/20250106000000_reader.down.sql, one transaction
            hazard: destroys data, line 2: drop table formulas
        1 step back, fingerprint 9ff086e6a688
        what it loses was not rehearsed: `cms/20250106000000_reader` may change roles, other databases or settings of the target's server, so it is not tried
        [exit 0]
    "#]]);
    scene.remove("cms/20250106000000_reader.down.sql");
    scene.sqlx("20250106000000_reader", "select 1;\n", "drop table formulas;\n");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!("grant usage on schema crosstrack to {role}; grant select on all tables in schema crosstrack, public to {role}"));
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250106000000_reader  cms/20250106000000_reader.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        1 step back, fingerprint e45908abdddb
        what it loses was not rehearsed: the user `[role]` may not create a shadow database
        [exit 0]
    "#]]);
}

#[test]
fn going_back_and_forth_says_the_same() {
    let scene = filled();
    scene.run("redo").shows(&expect![[r#"
        $ crosstrack redo
        Applied 1 migration in [time]: cms 1.
        [stderr]
        warning: this is to revert 1 migration (cms 1) and apply again in the database `[database]` on [server], environment development
          drops column public.herbs.name: 311 values
          drops column public.herbs.kind: 0 values
        content
          reverted cms/20250105000000_names ([time])
        content
          applied cms/20250105000000_names ([time])
        [exit 0]
    "#]]);
}

#[test]
fn who_holds_a_table_is_not_waited_for_and_the_estimate_is_called_one() {
    let scene = filled();
    scene.database.sql("analyze herbs");
    let holder = crate::waiting::Session::open(&scene.database);
    holder.run("begin; lock table herbs in access exclusive mode");
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250105000000_names  cms/20250105000000_names.down.sql, one transaction
            hazard: destroys data, line 1: alter table herbs drop name, drop kind
        1 step back, fingerprint 3c94c1eec934
        loses
          drops column public.herbs.kind: about 1,204 rows
          drops column public.herbs.name: about 1,204 rows
        [exit 0]
    "#]]);
}

#[test]
fn scripts_that_plainly_lose_nothing_are_not_rehearsed() {
    let scene = filled();
    scene.sqlx(
        "20250106000000_index",
        "create index herbs_kind on herbs (kind);\n",
        "drop index herbs_kind;\n",
    );
    scene.run("up").exits(0);
    // Without the right to make a scratch database nothing is said about one.
    let mut scene = scene;
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "grant usage on schema crosstrack to {role}; grant select on all tables in schema crosstrack, public to {role}"
    ));
    scene.run("down --dry-run").shows(&expect![[r#"
        $ crosstrack down --dry-run
        1/1 down cms/20250106000000_index  cms/20250106000000_index.down.sql, one transaction
        1 step back, fingerprint 506e948dfb21
        [exit 0]
    "#]]);
}
