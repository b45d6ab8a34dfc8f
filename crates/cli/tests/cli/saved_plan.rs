//! `plan --save` and `up --plan`: what was looked at is what is run, or nothing is.

use expect_test::expect;

use crate::scene::Scene;

fn half_applied() -> Scene {
    let scene = Scene::with_migrations();
    scene.run("up --steps 2").exits(0);
    scene.run("plan --summary --save the.plan").exits(0);
    scene
}

#[test]
fn a_saved_plan_runs_as_it_was_saved() {
    let scene = half_applied();
    let saved: serde_json::Value = serde_json::from_str(&scene.read("the.plan")).unwrap();
    assert_eq!((&saved["format"], &saved["rehearsed"]), (&1.into(), &false.into()));
    scene.run("up --plan the.plan --dry-run").exits(0);
    scene.run("plan --summary --save the.plan").shows(&expect![[r#"
        $ crosstrack plan --summary --save the.plan
        1/2 up cms/20250102000000_herbs  cms/20250102000000_herbs.up.sql, one transaction
        2/2 up cms/20250104000000_formulas  cms/20250104000000_formulas.up.sql, one transaction
        2 steps forward, fingerprint 0667210a6fcb
        [stderr]
        saved the plan in the.plan
        [exit 0]
    "#]]);
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        Applied 2 migrations in [time]: cms 2.
        [stderr]
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: `cms/20250102000000` was applied since
          because: `cms/20250104000000` was applied since
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
}

#[test]
fn an_edited_file_and_a_new_one_are_named() {
    let scene = half_applied();
    scene.write("cms/20250104000000_formulas.up.sql", "create table formulas (id bigint);\n");
    scene.sqlx("20250105000000_more", "create table more (id int);\n", "drop table more;\n");
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: the script of `cms/20250104000000_formulas` was edited
          because: `cms/20250105000000_more` is to be run, too
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
    assert!(!scene.database.has("formulas"));
}

#[test]
fn a_run_in_between_is_named() {
    let scene = half_applied();
    scene.run("up --steps 1").exits(0);
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: `cms/20250102000000` was applied since
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
    scene.run("down").exits(0);
    scene.run("up --plan the.plan").exits(0);
}

#[test]
fn what_somebody_altered_by_hand_is_named() {
    let scene = half_applied();
    scene
        .database
        .sql("alter table users add by_hand int; create table by_hand (id int); drop table sessions");
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: column `public.sessions.id` is gone
          because: table `public.sessions` is gone
          because: table `public.by_hand` is new
          because: column `public.users.by_hand` is new
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
    assert!(!scene.database.has("formulas"));
}

#[test]
fn a_plan_is_for_one_database_and_one_environment() {
    let mut scene = half_applied();
    scene.run("up --plan the.plan --env staging --yes").shows(&expect![[r#"
        $ crosstrack up --plan the.plan --env staging --yes
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: the plan is for the environment `development`, and this is `staging`
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
    let other = crosstrack_testkit::TestDatabase::new("cli");
    let url = scene.variable("DATABASE_URL").replace(scene.database.name(), other.name());
    scene.hide(other.name().to_owned(), "[other]");
    scene.set("DATABASE_URL", &url);
    scene.run("up --plan the.plan").shows(&expect![[r#"
        $ crosstrack up --plan the.plan
        [stderr]
        error: the plan `[project]/the.plan` is no longer what would be run
          because: the plan is for the database `[database]`, and this is `[other]`
          changed: nothing
             next: look at it anew and save it again: `crosstrack plan --save <file>`
        [exit 3]
    "#]]);
    assert!(!other.has("users"));
}

#[test]
fn what_is_no_plan_is_refused_before_anything() {
    let scene = Scene::with_migrations();
    scene.write("not.plan", "{}");
    scene.write("new.plan", "{\"format\": 2}");
    scene.run("up --plan not.plan").shows(&expect![[r#"
        $ crosstrack up --plan not.plan
        [stderr]
        error: `[project]/not.plan` is no plan that `plan --save` has written
          because: missing field `format` at line 1 column 2
          changed: nothing
             next: make one that this version understands: `crosstrack plan --save <file>`
        [exit 2]
    "#]]);
    scene.run("up --plan new.plan").exits(2);
    scene.run("up --plan no.plan").exits(2);
    scene.run("up --plan not.plan --steps 1").exits(2);
}

#[test]
fn a_plan_that_does_not_go_through_is_not_saved() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_bad", "select nothing;\n", "select 1;\n");
    scene.run("plan --rehearse --save the.plan --quiet").exits(1);
    assert!(!scene.path("the.plan").exists());
    scene.run("plan --rehearse --save the.plan --to cms/20250104000000").exits(0);
    let saved: serde_json::Value = serde_json::from_str(&scene.read("the.plan")).unwrap();
    assert_eq!(saved["rehearsed"], true);
    scene.run("up --plan the.plan").exits(0);
}
