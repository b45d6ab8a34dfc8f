//! Files whose line endings or byte-order mark changed: no edit, and neither we nor sqlx stop at them.

use expect_test::expect;

use crate::history::where_sqlx_stops;
use crate::scene::Scene;

#[test]
fn line_endings_alone_stop_sqlx_until_up_has_restamped_the_rows() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let herbs = scene.read("cms/20250102000000_herbs.up.sql");
    scene.write("cms/20250102000000_herbs.up.sql", herbs.replace('\n', "\r\n"));
    let formulas = scene.read("cms/20250104000000_formulas.up.sql");
    scene.write("cms/20250104000000_formulas.up.sql", format!("\u{feff}{formulas}"));
    let users = scene.read("auth/20250101000000_users/up.sql");
    scene.write("auth/20250101000000_users/up.sql", users.replace('\n', "\r\n"));
    assert_eq!(where_sqlx_stops(&scene), Some(20_250_102_000_000));
    scene.run("status --check").exits(0);
    let before = crosstrack_testkit::dump_with_data(&scene.database);
    scene.run("plan").shows(&expect![[r#"
        $ crosstrack plan
        restamp cms/20250102000000_herbs  the ledger has the checksum of the same script with other line endings
        restamp cms/20250104000000_formulas  the ledger has the checksum of the same script with other line endings
        0 steps forward, fingerprint d7dc00918b55
        [exit 0]
    "#]]);
    scene.run("up --dry-run").exits(0);
    assert_eq!(crosstrack_testkit::dump_with_data(&scene.database), before);
    let plan = scene.run("plan --format json").exits(0).document();
    assert_eq!(plan["restamps"][0]["version"], "20250102000000");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending. Restamped 2 rows of the ledgers.
        [stderr]
        restamped cms/20250102000000_herbs: only its line endings changed, the ledger has its checksum of today
        restamped cms/20250104000000_formulas: only its line endings changed, the ledger has its checksum of today
        [exit 0]
    "#]]);
    assert_eq!(where_sqlx_stops(&scene), None);
    assert_eq!(
        scene.database.value("select plan from crosstrack.run order by id desc limit 1"),
        plan["fingerprint"].as_str().unwrap(),
        "what was shown is what was done"
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas.
        [exit 0]
    "#]]);
    assert_eq!(
        scene.database.rows("select label, outcome from crosstrack.step where run = 2 order by id"),
        ["20250102000000_herbs|accepted", "20250104000000_formulas|accepted"]
    );
}

#[test]
fn rows_are_restamped_before_the_first_step_and_are_no_part_of_the_batch() {
    let scene = Scene::with_migrations();
    scene.run("up --track auth").exits(0);
    scene.run("up --steps 1").exits(0);
    let herbs = scene.read("cms/20250102000000_herbs.up.sql");
    scene.write("cms/20250102000000_herbs.up.sql", herbs.replace('\n', "\r\n"));
    let up = scene.run("up --format json").exits(0);
    let document = up.document();
    assert_eq!(document["restamped"][0]["label"], "20250102000000_herbs");
    assert_eq!(document["steps"][0]["label"], "20250104000000_formulas");
    let (restamped, applied) = (up.stderr.find("restamped").unwrap(), up.stderr.find("applied").unwrap());
    assert!(restamped < applied, "{}", up.stderr);
    assert_eq!(where_sqlx_stops(&scene), None);
    scene.run("down --batch --dry-run").shows(&expect![[r#"
        $ crosstrack down --batch --dry-run
        1/1 down cms/20250104000000_formulas  cms/20250104000000_formulas.down.sql, one transaction
            hazard: destroys data, line 1: drop table formulas
        1 step back, fingerprint 619ee12225eb
        loses
          drops table public.formulas: 0 rows
        [exit 0]
    "#]]);
}

#[test]
fn a_checksum_that_the_settings_accept_is_left_as_it_is() {
    let scene = Scene::with_migrations();
    scene.run("up").exits(0);
    let recorded = scene
        .database
        .value("select encode(checksum, 'hex') from _sqlx_migrations where version = 20250102000000");
    let herbs = scene.read("cms/20250102000000_herbs.up.sql");
    scene.write("cms/20250102000000_herbs.up.sql", herbs.replace('\n', "\r\n"));
    scene.settle(
        "path = \"cms\"",
        &format!("path = \"cms\"\nalternate_checksums = {{ \"20250102000000\" = [\"{recorded}\"] }}"),
    );
    scene.run("up").exits(0);
    assert_eq!(
        scene
            .database
            .value("select encode(checksum, 'hex') from _sqlx_migrations where version = 20250102000000"),
        recorded
    );
}
