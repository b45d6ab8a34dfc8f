//! `-- crosstrack: requires`: an order across the tracks, and the orders that cannot be.

use expect_test::expect;

use crate::scene::Scene;

/// Both tracks in one phase, so that only versions and requirements order them.
fn scene() -> Scene {
    let scene = Scene::new();
    scene.settle(
        "[[phase]]\nname = \"accounts\"\ntracks = [\"auth\"]\n\n[[phase]]\nname = \"content\"\ntracks = [\"cms\"]\n",
        "[[phase]]\nname = \"everything\"\ntracks = [\"auth\", \"cms\"]\n",
    );
    scene
}

#[test]
fn what_is_required_runs_first() {
    let scene = scene();
    scene.diesel(
        "20250101000000_favourites",
        "-- crosstrack: requires cms/20250102000000_herbs\ncreate table favourites (herb int references herbs);\n",
        "drop table favourites;\n",
    );
    scene.sqlx("20250102000000_herbs", "create table herbs (id int primary key);\n", "drop table herbs;\n");
    scene.sqlx("20250103000000_formulas", "create table formulas (id int);\n", "drop table formulas;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 3 migrations in [time]: auth 1, cms 2.
        [stderr]
        everything
          applied cms/20250102000000_herbs ([time])
          applied auth/20250101000000_favourites ([time])
          applied cms/20250103000000_formulas ([time])
        [exit 0]
    "#]]);
    scene.run("down --steps 3").shows(&expect![[r#"
        $ crosstrack down --steps 3
        Reverted 3 migrations in [time]: auth 1, cms 2. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 3 migrations (auth 1, cms 2) in the database `[database]` on [server], environment development
          drops table public.favourites: 0 rows
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
        everything
          reverted cms/20250103000000_formulas ([time])
          reverted auth/20250101000000_favourites ([time])
          reverted cms/20250102000000_herbs ([time])
        [exit 0]
    "#]]);
}

#[test]
fn migrations_that_wait_for_each_other_are_shown_in_their_circle() {
    let scene = scene();
    scene.diesel("1_a", "-- crosstrack: requires cms/2\nselect 1;\n", "");
    scene.sqlx("1_b", "-- crosstrack: requires auth/1_a\nselect 1;\n", "");
    scene.sqlx("2_c", "select 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the migrations wait for each other: `auth/1_a` requires `cms/2_c`, which comes after `cms/1_b`, `cms/1_b` requires `auth/1_a`
          changed: nothing
             next: take one of the `requires` away, or move what it needs into an earlier migration
        [exit 2]
    "#]]);
    scene.run("plan").exits(2);
}

#[test]
fn a_migration_that_requires_itself_is_a_circle() {
    let scene = scene();
    scene.diesel("1_a", "-- crosstrack: requires auth/1\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the migrations wait for each other: `auth/1_a` requires `auth/1_a`
          changed: nothing
             next: take one of the `requires` away, or move what it needs into an earlier migration
        [exit 2]
    "#]]);
}

#[test]
fn an_unknown_requirement_has_a_nearest_migration() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_a", "-- crosstrack: requires auth/20250101000000_user\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `cms/20250105000000_a` requires `auth/20250101000000_user`, and there is no such migration
          changed: nothing
             next: did you mean `auth/20250101000000_users`?
        [exit 2]
    "#]]);
    scene.sqlx("20250105000000_a", "-- crosstrack: requires shop/20250101000000\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `cms/20250105000000_a` requires `shop/20250101000000`, and there is no such migration
          changed: nothing
             next: write the track and the version as the folder has them: `-- crosstrack: requires auth/20251019000000`
        [exit 2]
    "#]]);
}

#[test]
fn the_phases_forbid_what_would_turn_them_round() {
    let scene = Scene::with_migrations();
    scene.diesel("20250105000000_a", "-- crosstrack: requires cms/20250102000000\nselect 1;\n", "");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: `auth/20250105000000_a` in the phase `accounts` requires `cms/20250102000000`, which the phase `content` runs only afterwards
          changed: nothing
             next: change the order of the phases in crosstrack.toml, or put both tracks into one phase
        [exit 2]
    "#]]);
}

#[test]
fn a_track_alone_does_not_leave_out_what_it_requires() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_a", "-- crosstrack: requires auth/20250103000000\nselect 1;\n", "");
    scene.run("up --track cms").shows(&expect![[r#"
        $ crosstrack up --track cms
        [stderr]
        error: `cms/20250105000000_a` requires `auth/20250103000000_sessions`, which is not applied and not a part of this run
          changed: nothing
             next: run `up` without --track, or bring the other track up to date first
        [exit 3]
    "#]]);
    assert!(!scene.database.has("herbs"));
    scene.run("up --track auth").exits(0);
    scene.run("up --track cms").exits(0);
}
