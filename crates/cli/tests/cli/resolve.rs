//! `resolve`: a ledger is told what a person knows, and no script runs.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn a_migration_that_is_there_already_is_told_to_the_ledger() {
    let scene = Scene::with_migrations();
    scene.database.sql("create table users (id int primary key); create table herbs (id int)");
    scene.run("resolve --applied auth/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --applied auth/20250101000000
        The ledger now says that auth/20250101000000_users is applied. No script was run.
        [exit 0]
    "#]]);
    scene.run("resolve --applied cms/20250102000000_herbs").shows(&expect![[r#"
        $ crosstrack resolve --applied cms/20250102000000_herbs
        The ledger now says that cms/20250102000000_herbs is applied. No script was run.
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 2 migrations in [time]: auth 1, cms 1.
        [stderr]
        accounts
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.rows("select version, success from _sqlx_migrations order by 1 limit 1"),
        ["20250102000000|t"]
    );
}

#[test]
fn a_migration_that_is_gone_is_told_to_the_ledger() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("drop table sessions, formulas");
    scene.run("resolve --rolled-back auth/20250103000000").shows(&expect![[r#"
        $ crosstrack resolve --rolled-back auth/20250103000000
        The ledger no longer has auth/20250103000000_sessions. No script was run.
        [exit 0]
    "#]]);
    scene.run("resolve --rolled-back cms/20250104000000").shows(&expect![[r#"
        $ crosstrack resolve --rolled-back cms/20250104000000
        The ledger no longer has cms/20250104000000_formulas. No script was run.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    assert!(scene.database.has("sessions") && scene.database.has("formulas"));
    assert_eq!(scene.database.value("select count(*) from crosstrack.run where command = 'resolve'"), "2");
}

#[test]
fn what_the_ledger_says_already_is_refused() {
    let scene = Scene::with_migrations();
    scene.run("resolve --rolled-back auth/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --rolled-back auth/20250101000000
        [stderr]
        error: `auth/20250101000000_users` is not applied, and the ledger has no row of it
          changed: nothing
             next: `crosstrack status` shows the ledger
        [exit 3]
    "#]]);
    scene.run("up").exits(0);
    scene.run("resolve --applied auth/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --applied auth/20250101000000
        [stderr]
        error: `auth/20250101000000_users` is applied already
          changed: nothing
             next: `crosstrack status` shows the ledger
        [exit 3]
    "#]]);
}

#[test]
fn a_reference_that_names_nothing_has_a_nearest_one() {
    let scene = Scene::with_migrations();
    scene.run("resolve --applied auth/2025010100000").shows(&expect![[r#"
        $ crosstrack resolve --applied auth/2025010100000
        [stderr]
        error: there is no migration `auth/2025010100000`
          changed: nothing
             next: did you mean `auth/20250101000000_users`?
        [exit 2]
    "#]]);
    scene.run("resolve --applied cms/xyz").shows(&expect![[r#"
        $ crosstrack resolve --applied cms/xyz
        [stderr]
        error: there is no migration `cms/xyz`
          changed: nothing
             next: `crosstrack status` lists the migrations of every track
        [exit 2]
    "#]]);
    scene.run("resolve --applied shop/20250101000000").shows(&expect![[r#"
        $ crosstrack resolve --applied shop/20250101000000
        [stderr]
        error: there is no track `shop`; the tracks are `auth`, `cms`
          changed: nothing
             next: the tracks are declared in crosstrack.toml
        [exit 2]
    "#]]);
    scene.run("resolve").shows(&expect![[r#"
        $ crosstrack resolve
        [stderr]
        error: the following required arguments were not provided:
          <--applied <TRACK/VERSION>|--rolled-back <TRACK/VERSION>|--accept-edited <TRACK/VERSION>>

        Usage: crosstrack resolve <--applied <TRACK/VERSION>|--rolled-back <TRACK/VERSION>|--accept-edited <TRACK/VERSION>>

        For more information, try '--help'.
        [exit 2]
    "#]]);
    scene.run("resolve --applied auth/1 --rolled-back auth/1").shows(&expect![[r#"
        $ crosstrack resolve --applied auth/1 --rolled-back auth/1
        [stderr]
        error: the argument '--applied <TRACK/VERSION>' cannot be used with '--rolled-back <TRACK/VERSION>'

        Usage: crosstrack resolve <--applied <TRACK/VERSION>|--rolled-back <TRACK/VERSION>|--accept-edited <TRACK/VERSION>>

        For more information, try '--help'.
        [exit 2]
    "#]]);
}

#[test]
fn a_row_whose_files_are_gone_can_be_taken_away() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.remove("auth/20250103000000_sessions");
    scene.run("resolve --rolled-back auth/20250103000000").shows(&expect![[r#"
        $ crosstrack resolve --rolled-back auth/20250103000000
        The ledger no longer has auth/20250103000000_sessions. No script was run.
        [exit 0]
    "#]]);
    scene.run("status --check").exits(0);
}
