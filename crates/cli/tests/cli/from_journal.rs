//! `down --from-journal`: an older checkout rolls back what a newer one applied, with the scripts that the journal kept.

use crosstrack_testkit::dump;
use expect_test::expect;

use crate::scene::Scene;

/// The schema without the journal: it stays, whatever is reverted.
fn schema(scene: &Scene) -> String {
    let is_journal = |line: &&str| line.contains("crosstrack");
    let dump = dump(&scene.database);
    let sections = dump.split("\n--\n-- Name: ").filter(|section| !section.lines().any(|l| is_journal(&l)));
    sections.collect()
}

/// A newer checkout: in each track one migration more that is a transaction and one that is none.
fn newer(scene: &Scene) {
    scene.diesel("20250201000000_teams", "create table teams (id int);\n", "drop table teams;\n");
    scene.diesel(
        "20250203000000_users_index",
        "create index concurrently users_id on users (id);\n",
        "drop index concurrently users_id;\n",
    );
    scene.write("auth/20250203000000_users_index/metadata.toml", "run_in_transaction = false\n");
    scene.sqlx("20250202000000_articles", "create table articles (id int);\n", "drop table articles;\n");
    // The way forward is a transaction, and the way back is none.
    scene.sqlx(
        "20250203000000_formulas_index",
        "create index formulas_id on formulas (id);\n",
        "-- no-transaction\ndrop index concurrently formulas_id;\n",
    );
    scene.sqlx(
        "20250204000000_herbs_index",
        "-- no-transaction\ncreate index concurrently herbs_id on herbs (id);\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\n",
    );
}

/// The older checkout, which knows nothing of them.
fn older(scene: &Scene) {
    scene.remove("auth/20250201000000_teams");
    scene.remove("auth/20250203000000_users_index");
    for label in ["20250202000000_articles", "20250203000000_formulas_index", "20250204000000_herbs_index"] {
        scene.remove(&format!("cms/{label}.up.sql"));
        scene.remove(&format!("cms/{label}.down.sql"));
    }
}

#[test]
fn an_older_checkout_rolls_back_what_a_newer_one_applied() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let before = schema(&scene);
    newer(&scene);
    scene.run("up").exits(0);
    assert_ne!(schema(&scene), before);
    older(&scene);
    scene.run("up").exits(3);
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `cms/20250204000000_herbs_index` is applied, but its files are gone, its down migration among them
          changed: nothing
             next: the audit log has the down migration as it was: `crosstrack down --from-journal` runs it; or bring the files back from version control
        [exit 3]
    "#]]);
    scene.run("down --batch --from-journal --dry-run").shows(&expect![[r#"
        $ crosstrack down --batch --from-journal --dry-run
        1/5 down cms/20250204000000_herbs_index  from the journal, run 2, no transaction, statement by statement
            hazard: runs outside a transaction
        2/5 down cms/20250203000000_formulas_index  from the journal, run 2, no transaction, statement by statement
            hazard: runs outside a transaction
        3/5 down cms/20250202000000_articles  from the journal, run 2, one transaction
            hazard: destroys data, line 1: drop table articles
        4/5 down auth/20250203000000_users_index  from the journal, run 2, no transaction, statement by statement
            hazard: runs outside a transaction
        5/5 down auth/20250201000000_teams  from the journal, run 2, one transaction
            hazard: destroys data, line 1: drop table teams
        5 steps back, fingerprint fe3aa3757145
        what it loses was not rehearsed: `auth/20250201000000_teams` is missing, so that a replay would not be what was applied
        [exit 0]
    "#]]);
    scene.run("down --batch --from-journal").shows(&expect![[r#"
        $ crosstrack down --batch --from-journal
        Reverted 5 migrations in [time]: auth 2, cms 3.
        [stderr]
        warning: this is to revert 5 migrations (auth 2, cms 3) in the database `[database]` on [server], environment development
          cms/20250202000000_articles line 1: drop table articles
          auth/20250201000000_teams line 1: drop table teams
          by the words of the statements: not rehearsed, for `auth/20250201000000_teams` is missing, so that a replay would not be what was applied
        cms/20250204000000_herbs_index: from the journal, run 2
        cms/20250203000000_formulas_index: from the journal, run 2
        cms/20250202000000_articles: from the journal, run 2
        auth/20250203000000_users_index: from the journal, run 2
        auth/20250201000000_teams: from the journal, run 2
        content
          reverted cms/20250204000000_herbs_index ([time])
          reverted cms/20250203000000_formulas_index ([time])
          reverted cms/20250202000000_articles ([time])
        accounts
          reverted auth/20250203000000_users_index ([time])
          reverted auth/20250201000000_teams ([time])
        [exit 0]
    "#]]);
    assert_eq!(schema(&scene), before);
    scene.run("status --check").exits(0);
    scene.run("up").exits(0);
}

#[test]
fn the_file_goes_before_the_journal_and_it_is_said_which_was_used() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    scene.remove("cms/20250104000000_formulas.down.sql");
    scene.run("down").shows(&expect![[r#"
        $ crosstrack down
        [stderr]
        error: `cms/20250104000000_formulas` has no down migration
          changed: nothing
             next: the audit log has the down migration that it was applied with: `crosstrack down --from-journal` runs it
        [exit 3]
    "#]]);
    scene.run("down --steps 2 --from-journal").shows(&expect![[r#"
        $ crosstrack down --steps 2 --from-journal
        Reverted 2 migrations in [time]: cms 2.
        [stderr]
        warning: this is to revert 2 migrations (cms 2) in the database `[database]` on [server], environment development
          drops table public.formulas: 0 rows
          drops table public.herbs: 0 rows
        cms/20250104000000_formulas: from the journal, run 1
        cms/20250102000000_herbs: cms/20250102000000_herbs.down.sql
        content
          reverted cms/20250104000000_formulas ([time])
          reverted cms/20250102000000_herbs ([time])
        [exit 0]
    "#]]);
    assert!(!scene.database.has("formulas") && !scene.database.has("herbs"));
}

#[test]
fn what_the_journal_does_not_have_is_not_reverted() {
    let scene = Scene::with_migrations();
    scene.run("up --track auth").exits(0);
    scene.database.sql("insert into __diesel_schema_migrations (version) values ('20250301000000')");
    scene.run("down --from-journal").shows(&expect![[r#"
        $ crosstrack down --from-journal
        [stderr]
        error: `auth/20250301000000` is applied, but its files are gone, its down migration among them
          changed: nothing
             next: bring the files back from version control, then run `crosstrack down` again
        [exit 3]
    "#]]);
    scene.database.sql("delete from __diesel_schema_migrations where version = '20250301000000'");
    // Another tool wrote the row anew since: what the journal has is about another one.
    scene.database.sql("update __diesel_schema_migrations set run_on = run_on + interval '1 hour' where version = '20250103000000'");
    scene.remove("auth/20250103000000_sessions");
    scene.run("down --from-journal").exits(3);
    assert!(scene.database.has("sessions"));
}

#[test]
fn the_policies_hold_for_the_journals_scripts_too() {
    let scene = Scene::with_migrations();
    newer(&scene);
    scene.run("up").exits(0);
    older(&scene);
    scene.settle("path = \"cms\"\nrollback = \"automatic\"", "path = \"cms\"\nrollback = \"manual\"");
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("down --steps 2 --track cms --from-journal").shows(&expect![[r#"
        $ crosstrack down --steps 2 --track cms --from-journal
        The rollback policy of this track is manual. Run these down migrations by hand, in this order:

        1. cms/20250204000000_herbs_index
           run its down migration:    psql -AtXc "SELECT backward FROM crosstrack.step WHERE run = 1 AND track = 'cms' AND version = '20250204000000' AND direction = 'up'" "$DATABASE_URL" | psql --set ON_ERROR_STOP=1 --file - "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back cms/20250204000000`

        2. cms/20250203000000_formulas_index
           run its down migration:    psql -AtXc "SELECT backward FROM crosstrack.step WHERE run = 1 AND track = 'cms' AND version = '20250203000000' AND direction = 'up'" "$DATABASE_URL" | psql --set ON_ERROR_STOP=1 --file - "$DATABASE_URL"
           or restore a backup that was taken before it was applied
           then mark it as reverted:  `crosstrack resolve --rolled-back cms/20250203000000`
        [exit 3]
    "#]]);
    scene.settle("rollback = \"manual\"", "rollback = \"forbidden\"");
    scene.run("down --track cms --from-journal").exits(3);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
}

#[test]
fn a_way_back_that_stopped_in_the_middle_goes_on_from_the_journal() {
    let scene = Scene::with_migrations();
    scene.sqlx(
        "20250204000000_herbs_index",
        "create index herbs_id on herbs (id);\n",
        "-- no-transaction\ndrop index concurrently herbs_id;\ndrop table herbs;\ncreate table herbs (id int);\n",
    );
    scene.run("up").exits(0);
    scene.database.sql("create view stands_on_it as select * from herbs");
    scene.remove("cms/20250204000000_herbs_index.up.sql");
    scene.remove("cms/20250204000000_herbs_index.down.sql");
    scene.run("down --from-journal").shows(&expect![[r#"
        $ crosstrack down --from-journal
        [stderr]
        warning: this is to revert 1 migration (cms 1) in the database `[database]` on [server], environment development
          cms/20250204000000_herbs_index line 3: drop table herbs
          by the words of the statements: not rehearsed, for `cms/20250204000000_herbs_index` is missing, so that a replay would not be what was applied
        cms/20250204000000_herbs_index: from the journal, run 1
        content
          failed cms/20250204000000_herbs_index ([time])
        error: `cms/20250204000000_herbs_index` failed on the way down
          because: the server refused a statement of the script
          because: cannot drop table herbs because other objects depend on it (SQLSTATE 2BP01)
          because: detail: view stands_on_it depends on table herbs
          because: the server's hint: Use DROP ... CASCADE to drop the dependent objects too.
          changed: 1 of the 3 statements of the backward script are done, and the ledger still has the migration; the next `down` goes on behind them; before it, this run reverted nothing
             next: mend the backward script, then run `crosstrack down` again
        [exit 4]
    "#]]);
    scene.database.sql("drop view stands_on_it");
    scene.run("down --from-journal --dry-run").shows(&expect![[r#"
        $ crosstrack down --from-journal --dry-run
        1/1 down cms/20250204000000_herbs_index  from the journal, run 1, no transaction, statement by statement
            note: an earlier run has done the first 1 statement; this one goes on behind them
            hazard: runs outside a transaction
            hazard: destroys data, line 3: drop table herbs
        1 step back, fingerprint b3dc06bf8d68
        what it loses was not rehearsed: `cms/20250204000000_herbs_index` is failed, so that a replay would not be what was applied
        [exit 0]
    "#]]);
    scene.run("down --from-journal").exits(0);
    assert!(scene.database.has("herbs") && !scene.database.has("herbs_id"));
    scene.run("status --check").exits(0);
}
