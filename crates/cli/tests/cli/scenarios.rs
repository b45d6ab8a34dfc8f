//! Longer stories, as the people live them who use the program: read from the first line to the last.

use expect_test::expect;

use crate::scene::Scene;

/// A deployment: staging first, then production, with what each of them demands and what is left to look at afterwards.
#[test]
fn a_deployment_goes_through_staging_to_production() {
    let mut scene = Scene::of_the_repository();
    let elsewhere = Scene::of_the_repository();
    scene.set("CROSSTRACK_ACTOR", "deploy-job");
    scene.set("CROSSTRACK_COMMIT", "4f2d1c0b9a8e7d6c");
    let production = scene.variable("DATABASE_URL");
    let staging = elsewhere.variable("DATABASE_URL");
    scene.hide(elsewhere.database.name().to_owned(), "[staging]");

    // Staging, from nothing to everything.
    scene.set("DATABASE_URL", &staging);
    scene.set("CROSSTRACK_ENV", "staging");
    scene.run("plan --summary").exits(0);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: to apply 16 migrations (auth 6, cms 10) in the database `[staging]` on [server], environment staging wants a confirmation, and there is no terminal to ask on
          changed: nothing
             next: answer in advance with `--yes`
        [exit 3]
    "#]]);
    scene.run("up --quiet --yes").shows(&expect![[r#"
        $ crosstrack up --quiet --yes
        Applied 16 migrations in [time]: auth 6, cms 10. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [exit 0]
    "#]]);
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        39 of 39 indexes
        40 of 40 tables
        40 of 40 primary keys
        60 of 60 foreign keys
        14 of 14 enum types
        [exit 0]
    "#]]);

    // Production does not take what staging takes.
    scene.set("DATABASE_URL", &production);
    scene.set("CROSSTRACK_ENV", "production");
    scene.run("up --yes").shows(&expect![[r#"
        $ crosstrack up --yes
        [stderr]
        error: to apply 16 migrations (auth 6, cms 10) in the database `[database]` on [server], environment production wants a confirmation, and there is no terminal to ask on
          changed: nothing
             next: answer in advance with `--yes-i-mean [database]`
        [exit 3]
    "#]]);
    let approved = format!("--yes-i-mean {}", scene.database.name());
    scene
        .run(&format!("up --quiet --to cms/20251022000000_modalities_and_practitioners {approved}"))
        .exits(0);

    // The next release: a backup is taken by itself before anything is touched.
    scene.run(&format!("up {approved}")).shows(&expect![[r#"
        $ crosstrack up --yes-i-mean [database]
        Applied 5 migrations in [time]: cms 5. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [stderr]
        taking a backup, as the environment demands
        backup: [project]/backups/[database]_[moment].dump ([size]), read back and sound
        cms
          applied cms/20251023000000_articles ([time])
          applied cms/20251024000000_treatments ([time])
          applied cms/20251027000000_versions ([time])
          applied cms/20251103000000_media_locales ([time])
          applied cms/20251110000000_article_search ([time])
        verify
          39 of 39 indexes
          40 of 40 tables
          40 of 40 primary keys
          60 of 60 foreign keys
          14 of 14 enum types
        [exit 0]
    "#]]);

    // Somebody who wants to begin anew may not, and somebody with the wrong environment in the shell may not either.
    scene.run(&format!("reset {approved}")).shows(&expect![[r#"
        $ crosstrack reset --yes-i-mean [database]
        [stderr]
        error: `reset` is forbidden in the environment `production`
          changed: nothing
             next: the environment's rules are in crosstrack.toml, under `forbid`
        [exit 3]
    "#]]);
    scene.set("CROSSTRACK_ENV", "development");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: the database `[database]` is marked `production`, and CROSSTRACK_ENV says `development`
          changed: nothing
             next: use the right URL or the right environment; if the database really is `development` from now on: `crosstrack environment mark development`
        [exit 3]
    "#]]);
    scene.set("CROSSTRACK_ENV", "production");

    // The accounts' way back is a person's.
    scene.run(&format!("down --track auth {approved}")).shows(&expect![[r#"
        $ crosstrack down --track auth --yes-i-mean [database]
        The way back of this track is manual. By hand, in this order:

        1. auth/20251116000000_api_request_logs_route_index
           run the backward script:   psql --set ON_ERROR_STOP=1 --file auth-migrations/20251116000000_api_request_logs_route_index/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then tell the ledger:      `crosstrack resolve --rolled-back auth/20251116000000`
        [exit 3]
    "#]]);

    // What an auditor reads.
    assert_eq!(
        scene.database.rows(
            "select command, environment, actor, git_commit, outcome, (select count(*) from crosstrack.step where run = run.id) \
             from crosstrack.run order by id"
        ),
        [
            "up|production|deploy-job|4f2d1c0b9a8e7d6c|done|11",
            "up|production|deploy-job|4f2d1c0b9a8e7d6c|done|5",
        ]
    );
    assert_eq!(scene.backups().len(), 1);
}
