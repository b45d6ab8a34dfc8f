//! `plan`: what `up` would do, in order, with the exact SQL.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn the_plan_has_the_sql_of_every_step() {
    let scene = Scene::with_migrations();
    scene.declare("[[phase]]\nname = \"verify\"\nchecks = [\"indexes\"]\n");
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        1/4 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
            create table users (id int primary key);

        2/4 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
            create table sessions (id int);

        3/4 up cms/20250102000000_herbs  cms/20250102000000_herbs.up.sql, one transaction
            create table herbs (id int);

        4/4 up cms/20250104000000_formulas  cms/20250104000000_formulas.up.sql, one transaction
            create table formulas (id int);

        then the checks of verify: indexes
        4 steps forward, fingerprint a71b28d0e90a
        [exit 0]
    "#]]);
    scene.run("plan --summary").shows(&expect![[r#"
        $ crosstrack plan --summary
        1/4 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
        2/4 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
        3/4 up cms/20250102000000_herbs  cms/20250102000000_herbs.up.sql, one transaction
        4/4 up cms/20250104000000_formulas  cms/20250104000000_formulas.up.sql, one transaction
        then the checks of verify: indexes
        4 steps forward, fingerprint a71b28d0e90a
        [exit 0]
    "#]]);
    scene.run("up --dry-run").shows(&expect![[r#"
        $ crosstrack up --dry-run
        1/4 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
        2/4 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
        3/4 up cms/20250102000000_herbs  cms/20250102000000_herbs.up.sql, one transaction
        4/4 up cms/20250104000000_formulas  cms/20250104000000_formulas.up.sql, one transaction
        then the checks of verify: indexes
        4 steps forward, fingerprint a71b28d0e90a
        [exit 0]
    "#]]);
}

#[test]
fn a_part_of_the_plan_leaves_out_the_checks_behind_it() {
    let scene = Scene::with_migrations();
    scene.declare("[[phase]]\nname = \"verify\"\nchecks = [\"indexes\"]\n");
    scene.run("plan --summary --track auth").shows(&expect![[r#"
        $ crosstrack plan --summary --track auth
        1/2 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
        2/2 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
        left out, because work before it is left out: the checks of verify: indexes
        2 steps forward, fingerprint 483040572a50
        [exit 0]
    "#]]);
    scene.run("plan --summary --steps 1").exits(0);
    scene.run("plan --summary --to cms/20250102000000").shows(&expect![[r#"
        $ crosstrack plan --summary --to cms/20250102000000
        1/3 up auth/20250101000000_users  auth/20250101000000_users/up.sql, one transaction
        2/3 up auth/20250103000000_sessions  auth/20250103000000_sessions/up.sql, one transaction
        3/3 up cms/20250102000000_herbs  cms/20250102000000_herbs.up.sql, one transaction
        left out, because work before it is left out: the checks of verify: indexes
        3 steps forward, fingerprint ac6d2aa914fd
        [exit 0]
    "#]]);
    scene.run("up --track auth").shows(&expect![[r#"
        $ crosstrack up --track auth
        Applied 2 migrations in [time]: auth 2. The checks of `verify` were skipped: work before them is left out.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        [exit 0]
    "#]]);
}

#[test]
fn hazards_are_named_before_anything_runs() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.diesel(
        "20250201000000_slim_users",
        "alter table users add column email text;\nalter table users drop column email;\ndrop table sessions;\n",
        "create table sessions (id int);\n",
    );
    scene.write(
        "cms/20250201000000_herbs_index.sql",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
    );
    scene.sqlx(
        "20250202000000_herbs_search",
        "-- crosstrack: allow data-loss\ncreate index herbs_search on herbs (id);\ndelete from herbs;\n",
        "drop index herbs_search;\n",
    );
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        1/3 up auth/20250201000000_slim_users  auth/20250201000000_slim_users/up.sql, one transaction
            hazard: destroys data, line 2: alter table users drop column email
            hazard: destroys data, line 3: drop table sessions
            alter table users add column email text;
            alter table users drop column email;
            drop table sessions;

        2/3 up cms/20250201000000_herbs_index  cms/20250201000000_herbs_index.sql, no transaction, statement by statement
            hazard: runs outside a transaction
            hazard: has no down migration
            -- no-transaction
            create index concurrently herbs_id on herbs (id);

        3/3 up cms/20250202000000_herbs_search  cms/20250202000000_herbs_search.up.sql, one transaction
            -- crosstrack: allow data-loss
            create index herbs_search on herbs (id);
            delete from herbs;

        3 steps forward, fingerprint 11a36c3023bd
        [exit 0]
    "#]]);
}

#[test]
fn nothing_pending_is_a_plan_without_steps() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        0 steps forward, fingerprint 75a288c0d689
        [exit 0]
    "#]]);
}

#[test]
fn what_plan_prints_is_what_up_runs() {
    let scene = Scene::with_migrations();
    let plan = scene.run("plan --format json").exits(0).document();
    let steps: Vec<&str> =
        plan["items"].as_array().unwrap().iter().map(|i| i["label"].as_str().unwrap()).collect();
    let sql: Vec<&str> =
        plan["items"].as_array().unwrap().iter().map(|i| i["sql"].as_str().unwrap()).collect();
    let up = scene.run("up --format json").exits(0).document();
    let done: Vec<&str> =
        up["steps"].as_array().unwrap().iter().map(|step| step["label"].as_str().unwrap()).collect();
    assert_eq!(steps, done);
    assert_eq!(
        scene.database.value("select plan from crosstrack.run"),
        plan["fingerprint"].as_str().unwrap(),
        "the journal has the fingerprint that was shown"
    );
    assert_eq!(sql[0], scene.read("auth/20250101000000_users/up.sql"));
}

#[test]
fn a_track_or_migration_that_is_not_there_is_named_with_the_nearest() {
    let scene = Scene::with_migrations();
    scene.run("plan --track cmz").shows(&expect![[r#"
        $ crosstrack plan --track cmz
        [stderr]
        error: there is no track `cmz`; the tracks are `auth`, `cms`
          changed: nothing
             next: the tracks are declared in crosstrack.toml
        [exit 2]
    "#]]);
    scene.run("plan --to cms/20250102000000_herb").shows(&expect![[r#"
        $ crosstrack plan --to cms/20250102000000_herb
        [stderr]
        error: there is no migration `cms/20250102000000_herb`
          changed: nothing
             next: did you mean `cms/20250102000000_herbs`?
        [exit 2]
    "#]]);
    scene.run("plan --to 20250102000000").shows(&expect![[r#"
        $ crosstrack plan --to 20250102000000
        [stderr]
        error: invalid value '20250102000000' for '--to <TRACK/VERSION>': `20250102000000` does not name a migration: write <track>/<version>, for example `auth/20251019000000`

        For more information, try '--help'.
        [exit 2]
    "#]]);
}
