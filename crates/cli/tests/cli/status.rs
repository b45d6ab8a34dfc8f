//! `status`: where every migration of every track stands.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn an_untouched_database_has_everything_pending() {
    let scene = Scene::with_migrations();
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 0 tables, development

        auth (diesel, auth): 2 pending
          pending  20250101000000_users
          pending  20250103000000_sessions

        cms (sqlx, cms): 2 pending
          pending  20250102000000_herbs
          pending  20250104000000_formulas

        4 migrations are pending: `crosstrack up` applies them.
        [exit 0]
    "#]]);
    scene.run("status --check").exits(1);
}

#[test]
fn a_project_without_migrations_has_nothing_pending() {
    let scene = Scene::new();
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 0 tables, development

        auth (diesel, auth): no migrations

        cms (sqlx, cms): no migrations

        Nothing is pending.
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth has none, cms has none.
        [exit 0]
    "#]]);
}

#[test]
fn half_of_the_way_shows_what_is_applied_and_what_is_not() {
    let scene = Scene::with_migrations();
    scene.run("up --steps 3").exits(0);
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 5 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 1 applied, 1 pending
          applied  20250102000000_herbs     [moment]  [time]
          pending  20250104000000_formulas

        1 migration is pending: `crosstrack up` applies it.
        [exit 1]
    "#]]);
}

#[test]
fn an_edited_migration_is_seen_in_both_tracks() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.write("cms/20250102000000_herbs.up.sql", "create table herbs (id bigint);\n");
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 1 applied, 1 edited
          edited   20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]
          next: edited: put `auth/20250101000000_users` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited auth/20250101000000_users`

        cms (sqlx, cms): 1 applied, 1 edited
          edited   20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]
          next: edited: put `cms/20250102000000_herbs` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited cms/20250102000000_herbs`

        2 migrations contradict their folders: `crosstrack up` stops until that is settled.
        [exit 1]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `auth/20250101000000_users` is edited, `cms/20250102000000_herbs` is edited
          changed: nothing
             next: edited: put `auth/20250101000000_users` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited auth/20250101000000_users`
                   edited: put `cms/20250102000000_herbs` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited cms/20250102000000_herbs`
        [exit 3]
    "#]]);
}

#[test]
fn a_migration_whose_files_are_gone_is_missing() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.remove("auth/20250103000000_sessions");
    scene.remove("cms/20250104000000_formulas.up.sql");
    scene.remove("cms/20250104000000_formulas.down.sql");
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 1 applied, 1 missing
          applied  20250101000000_users     [moment]  [time]
          missing  20250103000000_sessions  [moment]  [time]
          next: missing: bring the files of `auth/20250103000000_sessions` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them

        cms (sqlx, cms): 1 applied, 1 missing
          applied  20250102000000_herbs     [moment]  [time]
          missing  20250104000000_formulas  [moment]  [time]
          next: missing: bring the files of `cms/20250104000000_formulas` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them

        2 migrations contradict their folders: `crosstrack up` stops until that is settled.
        [exit 1]
    "#]]);
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        [stderr]
        error: the history is broken: `auth/20250103000000_sessions` is missing, `cms/20250104000000_formulas` is missing
          changed: nothing
             next: missing: bring the files of `auth/20250103000000_sessions` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them
                   missing: bring the files of `cms/20250104000000_formulas` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them
        [exit 3]
    "#]]);
    scene.settle("path = \"auth\"", "path = \"auth\"\nallow_missing = [\"20250103000000\"]");
    scene.settle("path = \"cms\"", "path = \"cms\"\nallow_missing = [\"20250104000000\"]");
    scene.run("up").exits(0);
}

#[test]
fn a_migration_older_than_the_newest_applied_one_is_late() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.diesel("20250102120000_accounts", "create table accounts (id int);\n", "drop table accounts;\n");
    scene.run("status --check").shows(&expect![[r#"
        $ crosstrack status --check
        database [database] on PostgreSQL [version] at [server], user developer, [size], 6 tables, development

        auth (diesel, auth): 2 applied, 1 late
          applied  20250101000000_users     [moment]  [time]
          late     20250102120000_accounts
          applied  20250103000000_sessions  [moment]  [time]
          next: late: give `auth/20250102120000_accounts` a newer version, or run it as it is with `crosstrack up --allow-late`

        cms (sqlx, cms): 2 applied
          applied  20250102000000_herbs     [moment]  [time]
          applied  20250104000000_formulas  [moment]  [time]

        1 migration contradicts its folder: `crosstrack up` stops until that is settled.
        [exit 1]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `auth/20250102120000_accounts` is late
          changed: nothing
             next: late: give `auth/20250102120000_accounts` a newer version, or run it as it is with `crosstrack up --allow-late`
        [exit 3]
    "#]]);
    assert!(!scene.database.has("accounts"));
    scene.run("up --allow-late").shows(&expect![[r#"
        $ crosstrack up --allow-late
        Applied 1 migration in [time]: auth 1.
        [stderr]
        accounts
          applied auth/20250102120000_accounts ([time])
        [exit 0]
    "#]]);
    assert!(scene.database.has("accounts"));
    scene.run("status --check").exits(0);
}

#[test]
fn a_migration_that_sqlx_left_half_way_is_failed_until_somebody_decides() {
    let scene = Scene::with_migrations();
    scene.run("up --track auth").exits(0);
    scene.run("up --track cms --steps 1").exits(0);
    scene.database.sql("update _sqlx_migrations set success = false");
    scene.run("status").shows(&expect![[r#"
        $ crosstrack status
        database [database] on PostgreSQL [version] at [server], user developer, [size], 5 tables, development

        auth (diesel, auth): 2 applied
          applied  20250101000000_users     [moment]  [time]
          applied  20250103000000_sessions  [moment]  [time]

        cms (sqlx, cms): 1 pending, 1 failed
          failed   20250102000000_herbs     [moment]  [time]
          pending  20250104000000_formulas
          next: failed: look at what `cms/20250102000000_herbs` left behind, then `crosstrack resolve --applied cms/20250102000000_herbs` or `--rolled-back cms/20250102000000_herbs`

        1 migration contradicts its folder: `crosstrack up` stops until that is settled.
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `cms/20250102000000_herbs` is failed
          changed: nothing
             next: failed: look at what `cms/20250102000000_herbs` left behind, then `crosstrack resolve --applied cms/20250102000000_herbs` or `--rolled-back cms/20250102000000_herbs`
        [exit 3]
    "#]]);
    scene.run("resolve --rolled-back cms/20250102000000").exits(0);
    scene.database.sql("drop table herbs");
    scene.run("up").exits(0);
}

#[test]
fn several_kinds_of_trouble_get_a_line_of_advice_each() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.database.sql("update _sqlx_migrations set success = false where version = 20250102000000");
    scene.write("auth/20250101000000_users/up.sql", "create table users (id bigint primary key);\n");
    scene.remove("auth/20250103000000_sessions");
    scene.sqlx("20250103000000_articles", "create table articles (id int);\n", "drop table articles;\n");
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        [stderr]
        error: the history is broken: `auth/20250101000000_users` is edited, `auth/20250103000000_sessions` is missing, `cms/20250102000000_herbs` is failed, `cms/20250103000000_articles` is late
          changed: nothing
             next: edited: put `auth/20250101000000_users` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited auth/20250101000000_users`
                   missing: bring the files of `auth/20250103000000_sessions` back, or list the version in the track's `allow_missing`; `crosstrack down --from-journal` can revert it without them
                   failed: look at what `cms/20250102000000_herbs` left behind, then `crosstrack resolve --applied cms/20250102000000_herbs` or `--rolled-back cms/20250102000000_herbs`
                   late: give `cms/20250103000000_articles` a newer version, or run it as it is with `crosstrack up --allow-late`
        [exit 3]
    "#]]);
}

#[test]
fn what_the_orms_themselves_have_applied_is_applied() {
    let scene = Scene::with_migrations();
    scene.database.sql(
        "create table __diesel_schema_migrations (version varchar(50) primary key, \
         run_on timestamp not null default current_timestamp); \
         insert into __diesel_schema_migrations (version) values ('20250101000000'); \
         create table users (id int primary key)",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 3 migrations in [time]: auth 1, cms 2.
        [stderr]
        accounts
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        [exit 0]
    "#]]);
}
