//! The repository's own tracks under its own `crosstrack.toml`.

use expect_test::expect;

use crate::scene::Scene;

#[test]
fn the_repository_comes_up_with_all_its_indexes_and_goes_down_again() {
    let scene = Scene::of_the_repository();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 16 migrations in [time]: auth 6, cms 10. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [stderr]
        auth
          applied auth/20251019000000_init ([time])
          applied auth/20251020000000_audit_and_request_logs ([time])
          applied auth/20251026000000_password_histories_and_device_tokens ([time])
          applied auth/20251102000000_bans_and_impersonation ([time])
          applied auth/20251109000000_performance_indexes ([time])
          applied auth/20251116000000_api_request_logs_route_index ([time])
        cms
          applied cms/20251020000000_media_and_categories ([time])
          applied cms/20251020010000_herbs ([time])
          applied cms/20251020020000_conditions_and_symptoms ([time])
          applied cms/20251021000000_formulas ([time])
          applied cms/20251022000000_modalities_and_practitioners ([time])
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
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20251116000000_api_request_logs_route_index, cms is at 20251110000000_article_search. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [exit 0]
    "#]]);
    let document = scene.run("verify --format json").exits(0).document();
    assert_eq!(
        (&document["checks"][0]["declared"], &document["checks"][0]["sound"]),
        (&39.into(), &39.into())
    );
    scene.run("down --batch").shows(&expect![[r#"
        $ crosstrack down --batch
        Reverted 16 migrations in [time]: auth 6, cms 10. `crosstrack up` applies them again.
        [stderr]
        warning: this is to revert 16 migrations (auth 6, cms 10) in the database `[database]` on [server], environment development
          drops table public.accounts: 0 rows
          drops table public.api_request_logs: 0 rows
          drops table public.article_categories: 0 rows
          drops table public.article_conditions: 0 rows
          drops table public.article_herbs: 0 rows
          drops table public.article_locales: 0 rows
          drops table public.article_versions: 0 rows
          drops table public.articles: 0 rows
          drops table public.audit_logs: 0 rows
          drops table public.categories: 0 rows
          and 30 more; `--dry-run` shows them all
        taking a backup, as the track's rollback policy wants
        backup: [project]/backups/[database]_[moment].dump ([size]), read back and sound
        cms
          reverted cms/20251110000000_article_search ([time])
          reverted cms/20251103000000_media_locales ([time])
          reverted cms/20251027000000_versions ([time])
          reverted cms/20251024000000_treatments ([time])
          reverted cms/20251023000000_articles ([time])
          reverted cms/20251022000000_modalities_and_practitioners ([time])
          reverted cms/20251021000000_formulas ([time])
          reverted cms/20251020020000_conditions_and_symptoms ([time])
          reverted cms/20251020010000_herbs ([time])
          reverted cms/20251020000000_media_and_categories ([time])
        auth
          reverted auth/20251116000000_api_request_logs_route_index ([time])
          reverted auth/20251109000000_performance_indexes ([time])
          reverted auth/20251102000000_bans_and_impersonation ([time])
          reverted auth/20251026000000_password_histories_and_device_tokens ([time])
          reverted auth/20251020000000_audit_and_request_logs ([time])
          reverted auth/20251019000000_init ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.backups().len(), 1);
    scene.run("down").exits(0);
    assert_eq!(
        scene.database.rows(
            "select relname from pg_class c join pg_namespace n on n.oid = relnamespace \
             where nspname = 'public' and relkind in ('r', 'v', 'S') order by 1"
        ),
        ["__diesel_schema_migrations", "_sqlx_migrations"],
        "nothing is left but the ORMs' own empty ledgers"
    );
    scene.run("up --quiet").exits(0);
}

#[test]
fn in_production_the_way_back_of_the_accounts_is_a_persons() {
    let mut scene = Scene::of_the_repository();
    scene.set("CROSSTRACK_ENV", "production");
    scene.set("CROSSTRACK_COMMIT", "0123abcd");
    let confirmed = format!("--yes-i-mean {}", scene.database.name());
    scene.run(&format!("up --track auth {confirmed}")).exits(0);
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. auth/20251116000000_api_request_logs_route_index
           run its down migration:    psql --set ON_ERROR_STOP=1 --file auth-migrations/20251116000000_api_request_logs_route_index/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20251116000000`
        [exit 3]
    "#]]);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
    scene.run(&format!("up --quiet {confirmed}")).exits(0);
    scene.run(&format!("down {confirmed}")).shows(&expect![[r#"
        $ crosstrack down --yes-i-mean [database]
        Reverted 1 migration in [time]: cms/20251110000000_article_search. `crosstrack up` applies it again.
        [stderr]
        taking a backup, as the environment demands
        backup: [project]/backups/[database]_[moment].dump ([size]), read back and sound
        cms
          reverted cms/20251110000000_article_search ([time])
        [exit 0]
    "#]]);
    assert_eq!(scene.backups().len(), 2);
}
