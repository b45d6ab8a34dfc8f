//! `create`: an empty migration in the track's own format, which runs.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn a_migration_of_diesel_is_a_folder_with_both_ways() {
    let scene = Scene::with_migrations();
    scene.run("create new_accounts --track auth").shows(&expect![[r#"
        $ crosstrack create new_accounts --track auth
        Created:
          auth/[now]_new_accounts/up.sql
          auth/[now]_new_accounts/down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track auth`.
        [exit 0]
    "#]]);
    let name = scene.names_in("auth").pop().unwrap();
    assert_eq!(scene.names_in(&format!("auth/{name}")), ["down.sql", "up.sql"]);
    scene.write(&format!("auth/{name}/up.sql"), "create table accounts (id int);\n");
    scene.write(&format!("auth/{name}/down.sql"), "drop table accounts;\n");
    scene.run("up").exits(0);
    scene.run("down --track auth").exits(0);
    assert!(scene.database.has("users") && !scene.database.has("accounts"));
}

#[test]
fn a_migration_of_sqlx_is_a_pair_of_files() {
    let scene = Scene::with_migrations();
    scene.run("create 'new herbs-garden' --track cms").shows(&expect![[r#"
        $ crosstrack create 'new herbs-garden' --track cms
        Created:
          cms/[now]_new_herbs_garden.up.sql
          cms/[now]_new_herbs_garden.down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track cms`.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
    scene.run("down").exits(0);
    scene.run("status --check").exits(1);
}

#[test]
fn the_first_migration_of_a_track_is_named_as_its_tool_would() {
    let scene = Scene::new();
    scene.run("create new_accounts --track auth").shows(&expect![[r#"
        $ crosstrack create new_accounts --track auth
        Created:
          auth/[now]_new_accounts/up.sql
          auth/[now]_new_accounts/down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track auth`.
        [exit 0]
    "#]]);
    scene.run("create new_herbs --track cms").shows(&expect![[r#"
        $ crosstrack create new_herbs --track cms
        Created:
          cms/[now]_new_herbs.up.sql
          cms/[now]_new_herbs.down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track cms`.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);
}

#[test]
fn the_new_version_comes_after_the_newest_in_its_style() {
    let scene = Scene::new();
    scene.sqlx("27_herbs", "select 1;\n", "select 1;\n");
    scene.run("create articles --track cms").exits(0);
    assert!(scene.path("cms/28_articles.up.sql").is_file());
    scene.diesel("29990101000000_future", "select 1;\n", "select 1;\n");
    scene.run("create accounts --track auth").exits(0);
    assert!(scene.path("auth/29990101000001_accounts/up.sql").is_file());
    scene.run("up").exits(0);
    scene.run("status --check").exits(0);
}

#[test]
fn a_name_that_is_none_is_refused() {
    let scene = Scene::with_migrations();
    scene.run("create '../escape' --track auth").shows(&expect![[r#"
        $ crosstrack create '../escape' --track auth
        [stderr]
        error: `../escape` cannot be the name of a migration
          changed: nothing
             next: say what the migration does in letters, digits and underscores: `crosstrack create add_herb_categories`
        [exit 2]
    "#]]);
    scene.run("create '' --track auth").shows(&expect![[r#"
        $ crosstrack create '' --track auth
        [stderr]
        error: `` cannot be the name of a migration
          changed: nothing
             next: say what the migration does in letters, digits and underscores: `crosstrack create add_herb_categories`
        [exit 2]
    "#]]);
    scene.run("create kräuter --track cms").exits(2);
    scene.run("create herbs --track shop").shows(&expect![[r#"
        $ crosstrack create herbs --track shop
        [stderr]
        error: there is no track `shop`; the tracks are `auth`, `cms`
          changed: nothing
             next: the tracks are declared in crosstrack.toml
        [exit 2]
    "#]]);
    assert_eq!(scene.names_in("auth").len(), 2);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let scene = Scene::with_migrations();
    scene.remove("cms");
    scene.run("create herbs --track cms").exits(2);
    std::fs::create_dir(scene.path("cms")).unwrap();
    // Diesel takes no notice of a file, and where it stands no folder can be made.
    scene.diesel("29990101000000_future", "select 1;\n", "select 1;\n");
    scene.write("auth/29990101000001_herbs", "");
    scene.run("create herbs --track auth").shows(&expect![[r#"
        $ crosstrack create herbs --track auth
        [stderr]
        error: cannot write `auth/29990101000001_herbs/up.sql`
          because: File exists (os error [number])
          changed: nothing
             next: check that the folder is there and writable
        [exit 4]
    "#]]);
}

#[test]
fn past_the_largest_version_the_moment_is_taken() {
    let scene = Scene::new();
    scene.sqlx("9223372036854775807_last", "select 1;\n", "select 1;\n");
    scene.run("create new_herbs --track cms").shows(&expect![[r#"
        $ crosstrack create new_herbs --track cms
        Created:
          cms/[now]_new_herbs.up.sql
          cms/[now]_new_herbs.down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track cms`.
        [exit 0]
    "#]]);
}

#[test]
fn the_only_track_need_not_be_named_and_of_several_one_must_be() {
    let scene = Scene::with_migrations();
    scene.run("create new_accounts").shows(&expect![[r#"
        $ crosstrack create new_accounts
        [stderr]
        error: there are 2 tracks, and nobody says which this migration is of
          changed: nothing
             next: say `--track auth` or `--track cms`
        [exit 2]
    "#]]);
    scene.run("generate new_accounts").shows(&expect![[r#"
        $ crosstrack generate new_accounts
        [stderr]
        error: there are 2 tracks, and nobody says which this migration is of
          changed: nothing
             next: say `--track auth` or `--track cms`
        [exit 2]
    "#]]);
    scene.settle(
        "[[track]]\nname = \"cms\"\nadapter = \"sqlx\"\npath = \"cms\"\nrollback = \"automatic\"\n",
        "",
    );
    scene.settle("[[phase]]\nname = \"content\"\ntracks = [\"cms\"]\n", "");
    scene.run("create new_accounts").shows(&expect![[r#"
        $ crosstrack create new_accounts
        Created:
          auth/[now]_new_accounts/up.sql
          auth/[now]_new_accounts/down.sql
        Next: write the up and the down migration, look at it with `crosstrack plan`, apply it with `crosstrack up`, and try the down migration with `crosstrack down --track auth`.
        [exit 0]
    "#]]);
    scene.write(
        "auth/schema.sql",
        "create table users (id int primary key, mail text);\ncreate table sessions (id int);\n",
    );
    scene.run("generate mail --skip-empty").exits(0);
    assert_eq!(scene.names_in("auth").len(), 5, "two from before, two new ones and the schema");
}
