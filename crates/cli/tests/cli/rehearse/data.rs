//! `plan --rehearse` answers no where the data contradicts a migration, as `up` then does, and names what it did not ask.

use expect_test::expect;

use crate::scene::Scene;
use crate::shadow_prepared::one_track;

const TABLES: &str = "create table a (id int, v text, d date);\n\
    create table pt (id int, k int) partition by list (k);\ncreate table pt_rest partition of pt default;\n\
    create table loose (id int, k int);\ncreate table wide (n bigint, w varchar(40));\n\
    create domain plus as int;\ncreate table dom (p plus);\n\
    create type st as enum ('new', 'gone');\ncreate table en (s st);\n";

const ROWS: &str = "insert into a values (1, 'x'), (2, 'x'); insert into pt values (1, 5); insert into loose values (1, 8); \
    insert into wide values (5000000000, 'longer'); insert into dom values (-1); insert into en values ('gone')";

/// Tables with rows that contradict much.
fn contradicting() -> Scene {
    let scene = Scene::new();
    scene.sqlx("20260101000000_base", TABLES, "select 1;\n");
    scene.run("up").exits(0);
    scene.database.sql(ROWS);
    scene
}

#[test]
fn a_rehearsal_says_no_wherever_the_data_makes_the_migration_fail() {
    let scene = contradicting();
    for (name, script) in [
        ("partition", "create table pt_5 partition of pt for values in (5);\n"),
        ("type", "alter table a alter column v type int using v::int;\n"),
        ("attach", "alter table pt attach partition loose for values in (7);\n"),
        ("narrow", "alter table wide alter column n type int;\n"),
        ("varchar", "alter table wide alter column w type varchar(3);\n"),
        ("domain", "alter domain plus add check (value > 0);\n"),
        ("exclude", "alter table a add exclude using btree (v with =);\n"),
        ("generated", "alter table a add column g int generated always as (v::int) stored;\n"),
        ("index", "create index on a ((v::int));\n"),
        (
            "enum",
            "alter type st rename to st_former;\ncreate type st as enum ('new');\n\
             alter table en alter column s type st using s::text::st;\ndrop type st_former;\n",
        ),
    ] {
        let label = format!("20260201000000_{name}");
        scene.sqlx(&label, script, "select 1;\n");
        scene.run("plan --rehearse --save kept.plan").exits(1);
        assert!(!scene.path("kept.plan").exists(), "{name}");
        scene.run("up").exits(4);
        scene.remove(&format!("cms/{label}.up.sql"));
        scene.remove(&format!("cms/{label}.down.sql"));
    }
}

#[test]
fn values_that_do_not_fit_are_no_reason_to_go_through() {
    let scene = contradicting();
    scene.sqlx("20260201000000_narrow", "alter table wide alter column n type int;\n", "select 1;\n");
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20260201000000_narrow  cms/20260201000000_narrow.up.sql, one transaction
            line 1: alter table wide alter column n type int
              locks public.wide against reads and writes (AccessExclusiveLock)
              writes public.wide anew: rows never estimated, [size]
        changes
          ~ column public.wide.n: type bigint -> integer
        loses
          changes column public.wide.n from bigint to integer: some values do not fit: integer out of range
        contradicted by the data as it is now
          cms/20260201000000_narrow line 1: column public.wide.n does not convert to integer: 22003 integer out of range
        Would not go through: 1 of 1 migration rehearsed in [time], but the data contradicts 1 statement.
        [exit 1]
    "#]]);
}

#[test]
fn values_that_the_script_cuts_itself_are_a_loss_and_no_contradiction() {
    let scene = contradicting();
    scene.sqlx(
        "20260201000000_narrow",
        "alter table wide alter column n type int using (n % 1000)::int, alter w type varchar(3) using left(w, 3);\n",
        "select 1;\n",
    );
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20260201000000_narrow  cms/20260201000000_narrow.up.sql, one transaction
            line 1: alter table wide alter column n type int using (n % 1000)::int, alter w...
              locks public.wide against reads and writes (AccessExclusiveLock)
              writes public.wide anew: rows never estimated, [size]
        changes
          ~ column public.wide.n: type bigint -> integer
          ~ column public.wide.w: type character varying(40) -> character varying(3)
        loses
          changes column public.wide.n from bigint to integer: not counted: the plan does more than a cast of the values
          changes column public.wide.w from character varying(40) to character varying(3): 1 value not the same again
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}

#[test]
fn a_statement_that_changes_rows_is_said_not_to_be_asked() {
    let scene = contradicting();
    scene.sqlx(
        "20260201000000_rows",
        "update a set id = 1 / (id - 1);\ndo $$ begin perform 1; end $$;\ninsert into dom values (1);\n\
         create table own (id int);\ninsert into own values (1);\n",
        "select 1;\n",
    );
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20260201000000_rows  cms/20260201000000_rows.up.sql, one transaction
            line 1: update a set id = 1 / (id - 1)
              reads all of public.a: rows never estimated, [size], and may write any row of it
        changes
          + table public.own
        contradicted by the data as it is now
          cms/20260201000000_rows line 1: the new values in public.a cannot be computed: 22012 division by zero
        note: not asked of the data: cms/20260201000000_rows line 1: update a set id = 1 / (id - 1): its success depends on rows
        note: not asked of the data: cms/20260201000000_rows line 2: do $$ begin perform 1; end $$: its success depends on rows
        note: not asked of the data: cms/20260201000000_rows line 3: insert into dom values (1): its success depends on rows
        Would not go through: 1 of 1 migration rehearsed in [time], but the data contradicts 1 statement.
        [exit 1]
    "#]]);
}

#[test]
fn rows_that_a_policy_hides_are_said_not_to_be_asked() {
    let mut scene = contradicting();
    scene.sqlx("20260201000000_check", "alter table loose add check (k < 8);\n", "select 1;\n");
    scene.database.sql("alter table loose enable row level security");
    let role = scene.sign_in_as_role();
    scene.database.sql(&format!(
        "alter role {role} createdb; grant usage on schema crosstrack to {role}; \
         grant select on all tables in schema crosstrack, public to {role}"
    ));
    scene.run("plan --rehearse --quiet").shows(&expect![[r#"
        $ crosstrack plan --rehearse --quiet
        1/1 cms/20260201000000_check  cms/20260201000000_check.up.sql, one transaction
            line 1: alter table loose add check (k < 8)
              locks public.loose against reads and writes (AccessExclusiveLock)
              reads all of public.loose: rows never estimated, [size]
        changes
          + constraint loose_k_check on public.loose
        note: not asked of the data: cms/20260201000000_check line 1: constraint loose_k_check on public.loose: query would be affected by row-level security policy for table "loose"
        Goes through: 1 of 1 migration rehearsed in [time].
        [exit 0]
    "#]]);
    scene.run("plan --rehearse --format json").exits(0);
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
