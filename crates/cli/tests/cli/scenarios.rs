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
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. auth/20251116000000_api_request_logs_route_index
           run its down migration:    psql --set ON_ERROR_STOP=1 --file auth-migrations/20251116000000_api_request_logs_route_index/down.sql "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back auth/20251116000000`
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

/// The working week of one developer, from a fresh clone to a database that was broken and came back.
#[test]
fn a_working_week_of_one_developer() {
    let mut scene = Scene::of_the_repository();

    // Monday: a fresh clone.
    scene.run("up --quiet").shows(&expect![[r#"
        $ crosstrack up --quiet
        Applied 16 migrations in [time]: auth 6, cms 10. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [exit 0]
    "#]]);
    scene.run("seed").shows(&expect![[r#"
        $ crosstrack seed
        file                             table                    created  changed  present  time
        010_users.csv                    users                         20        0        0  [time]
        020_accounts.csv                 accounts                      20        0        0  [time]
        030_categories.csv               categories                    11        0        0  [time]
        031_category_locales.csv         category_locales              11        0        0  [time]
        040_herbs.csv                    herbs                         24        0        0  [time]
        041_herb_locales.json            herb_locales                  24        0        0  [time]
        050_symptoms.csv                 symptoms                      14        0        0  [time]
        051_symptom_locales.csv          symptom_locales               14        0        0  [time]
        060_conditions.csv               conditions                     8        0        0  [time]
        061_condition_locales.json       condition_locales              8        0        0  [time]
        062_condition_symptoms.csv       condition_symptoms            19        0        0  [time]
        070_formulas.csv                 formulas                       6        0        0  [time]
        071_formula_locales.csv          formula_locales                6        0        0  [time]
        072_formula_ingredients.csv      formula_ingredients           29        0        0  [time]
        080_modalities.csv               modalities                     4        0        0  [time]
        081_modality_locales.csv         modality_locales               4        0        0  [time]
        090_practitioners.csv            practitioners                  6        0        0  [time]
        091_practitioner_locales.csv     practitioner_locales           6        0        0  [time]
        092_practitioner_modalities.csv  practitioner_modalities        6        0        0  [time]
        100_articles.csv                 articles                       6        0        0  [time]
        101_article_locales.json         article_locales                6        0        0  [time]
        110_article_categories.sql       article_categories             7        0        -  [time]
        111_article_herbs.sql            article_herbs                  5        0        -  [time]
        112_article_conditions.sql       article_conditions             2        0        -  [time]
        Seeded development in [time]: 266 created, 0 changed, 0 present. `crosstrack seed --check` asks whether the required rows are there.
        [stderr]
          loaded 010_users.csv ([time])
          loaded 020_accounts.csv ([time])
          loaded 030_categories.csv ([time])
          loaded 031_category_locales.csv ([time])
          loaded 040_herbs.csv ([time])
          loaded 041_herb_locales.json ([time])
          loaded 050_symptoms.csv ([time])
          loaded 051_symptom_locales.csv ([time])
          loaded 060_conditions.csv ([time])
          loaded 061_condition_locales.json ([time])
          loaded 062_condition_symptoms.csv ([time])
          loaded 070_formulas.csv ([time])
          loaded 071_formula_locales.csv ([time])
          loaded 072_formula_ingredients.csv ([time])
          loaded 080_modalities.csv ([time])
          loaded 081_modality_locales.csv ([time])
          loaded 090_practitioners.csv ([time])
          loaded 091_practitioner_locales.csv ([time])
          loaded 092_practitioner_modalities.csv ([time])
          loaded 100_articles.csv ([time])
          loaded 101_article_locales.json ([time])
          loaded 110_article_categories.sql ([time])
          loaded 111_article_herbs.sql ([time])
          loaded 112_article_conditions.sql ([time])
        [exit 0]
    "#]]);
    scene.run("status --check").exits(0);

    // Tuesday: a migration of one's own.
    let created = scene.run("create --track cms add_herb_origin").exits(0);
    let path = created.stdout.split_whitespace().find(|word| word.ends_with(".up.sql")).unwrap().to_owned();
    let label = path.trim_start_matches("cms-migrations/").trim_end_matches(".up.sql").to_owned();
    scene.hide(label.clone(), "[label]");
    scene.write(&path, "ALTER TABLE herbs ADD COLUMN origin text;\n");
    scene.write(&path.replace(".up.", ".down."), "ALTER TABLE herbs DROP COLUMN origin;\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 1 migration in [time]: cms 1. Checked: 39 of 39 indexes, 40 of 40 tables, 40 of 40 primary keys, 60 of 60 foreign keys, 14 of 14 enum types.
        [stderr]
        cms
          applied cms/[label] ([time])
        verify
          39 of 39 indexes
          40 of 40 tables
          40 of 40 primary keys
          60 of 60 foreign keys
          14 of 14 enum types
        [exit 0]
    "#]]);

    // On second thought: edited after it was applied, which is noticed, and done again the right way round.
    scene.write(&path, "ALTER TABLE herbs ADD COLUMN origin text NOT NULL DEFAULT '';\n");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the history is broken: `cms/[label]` is edited
          changed: nothing
             next: edited: put `cms/[label]` back as it was applied and write the change as a new migration, or accept the file as it is with `crosstrack resolve --accept-edited cms/[label]`
        [exit 3]
    "#]]);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        Reverted 1 migration in [time]: cms/[label]. `crosstrack up` applies it again.
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          cms/[label] line 1: ALTER TABLE herbs DROP COLUMN origin
          by the words of the statements: not rehearsed, for `cms/[label]` is edited, so that a replay would not be what was applied
        cms
          reverted cms/[label] ([time])
        [exit 0]
    "#]]);
    scene.run("up --quiet").exits(0);
    scene.run("redo --quiet").exits(0);
    scene.run("prove --last 1").shows(&expect![[r#"
        $ crosstrack prove --last 1
        Proven: 1 of 1 migration in [time], forward, back and forward again.
        [stderr]
          proven cms/[label] ([time])
        [exit 0]
    "#]]);

    // Wednesday: a backup before something that one is not sure of.
    scene.run("backup --output wednesday.dump").shows(&expect![[r#"
        $ crosstrack backup --output wednesday.dump
        Backed up [database]: 312 rows of 45 tables in [project]/wednesday.dump, [size], in [time].
        `crosstrack restore [project]/wednesday.dump` goes back to it.
        [exit 0]
    "#]]);

    // Thursday: broken, and noticed.
    scene.database.sql("drop table herb_versions; delete from condition_symptoms");
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        39 of 39 indexes
        39 of 40 tables
          table `herb_versions` missing (track cms)
            expected: a table
               found: not there
        39 of 40 primary keys
          primary key of `herb_versions` missing (track cms)
            expected: (id)
               found: the table `herb_versions` does not exist
        58 of 60 foreign keys
          foreign key `herb_versions` (herb_id) missing (track cms)
            expected: references herbs (id) on delete cascade
               found: the table `herb_versions` does not exist
          foreign key `herb_versions` (created_by_id) missing (track cms)
            expected: references users (id) on delete set null
               found: the table `herb_versions` does not exist
        14 of 14 enum types
        [exit 1]
    "#]]);

    // Friday: back, and everything is as it was.
    let ran = scene.run("restore wednesday.dump --drop-old").exits(0);
    assert!(ran.stdout.starts_with("Restored "), "{}", ran.transcript());
    scene.run("verify --quiet").exits(0);
    scene.run("seed --check").shows(&expect![[r#"
        $ crosstrack seed --check
        20 of 20 rows of 010_users.csv in users
        20 of 20 rows of 020_accounts.csv in accounts
        11 of 11 rows of 030_categories.csv in categories
        11 of 11 rows of 031_category_locales.csv in category_locales
        24 of 24 rows of 040_herbs.csv in herbs
        24 of 24 rows of 041_herb_locales.json in herb_locales
        14 of 14 rows of 050_symptoms.csv in symptoms
        14 of 14 rows of 051_symptom_locales.csv in symptom_locales
        8 of 8 rows of 060_conditions.csv in conditions
        8 of 8 rows of 061_condition_locales.json in condition_locales
        19 of 19 rows of 062_condition_symptoms.csv in condition_symptoms
        6 of 6 rows of 070_formulas.csv in formulas
        6 of 6 rows of 071_formula_locales.csv in formula_locales
        29 of 29 rows of 072_formula_ingredients.csv in formula_ingredients
        4 of 4 rows of 080_modalities.csv in modalities
        4 of 4 rows of 081_modality_locales.csv in modality_locales
        All required rows are there.
        [exit 0]
    "#]]);
    scene.run("up").exits(0);

    // And for a new start into the next week, everything anew.
    let ran = scene.run("fresh --seed").exits(0);
    assert!(ran.stdout.contains("Seeded development in"), "{}", ran.transcript());
    let runs = "select string_agg(command, ' ' order by id) from crosstrack.run";
    assert_eq!(scene.database.value(runs), "up seed up down up redo redo restore fresh fresh seed");
}
