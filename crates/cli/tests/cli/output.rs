//! How the answer is written: colour, annotations, silence.

use expect_test::expect;

use crate::scene::Scene;

const ESCAPE: char = '\u{1b}';

#[test]
fn a_pipe_gets_no_colour_unless_it_asks_for_it() {
    let mut scene = Scene::with_migrations();
    let coloured = |scene: &Scene, line: &str| {
        let ran = scene.run(line);
        ran.stdout.contains(ESCAPE) || ran.stderr.contains(ESCAPE)
    };
    assert!(!coloured(&scene, "status"));
    assert!(!coloured(&scene, "up --track nothing"));
    assert!(coloured(&scene, "status --color always"));
    assert!(coloured(&scene, "up --track nothing --color always"));
    scene.set("CLICOLOR_FORCE", "1");
    assert!(coloured(&scene, "status"));
    assert!(!coloured(&scene, "status --color never"));
    scene.set("NO_COLOR", "1");
    assert!(!coloured(&scene, "status"));
    assert!(!coloured(&scene, "up --track nothing"));
}

#[test]
fn json_is_never_coloured() {
    let scene = Scene::with_migrations();
    let ran = scene.run("status --format json --color always").exits(0);
    ran.document();
}

#[test]
fn the_quiet_read_the_answer_and_what_goes_wrong() {
    let scene = Scene::with_migrations();
    scene.run("up --quiet").shows(&expect![[r#"
        $ crosstrack up --quiet
        Applied 4 migrations in [time]: auth 2, cms 2.
        [exit 0]
    "#]]);
    scene.run("down --quiet").shows(&expect![[r#"
        $ crosstrack down --quiet
        Reverted 1 migration in [time]: cms/20250104000000_formulas. `crosstrack up` applies it again.
        [exit 0]
    "#]]);
    scene.sqlx("20250105000000_broken", "selec;\n", "");
    scene.run("up --quiet").shows(&expect![[r#"
        $ crosstrack up --quiet
        [stderr]
        error: `cms/20250105000000_broken` failed on the way up
          --> cms/20250105000000_broken.up.sql:1:1
           |
         1 | selec;
           | ^
          because: the server refused a statement of the script
          because: syntax error at or near "selec" (SQLSTATE 42601)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied cms/20250104000000_formulas
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn a_failing_migration_is_an_annotation_at_its_place() {
    let scene = Scene::with_migrations();
    scene.sqlx("20250105000000_broken", "select 1;\nselect 100 % nothing;\n", "");
    scene.run("up --format github").shows(&expect![[r#"
        $ crosstrack up --format github
        ::error file=cms/20250105000000_broken.up.sql,line=2,col=14::`cms/20250105000000_broken` failed on the way up: the server refused a statement of the script: column "nothing" does not exist (SQLSTATE 42703)
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
          failed cms/20250105000000_broken ([time])
        error: `cms/20250105000000_broken` failed on the way up
          --> cms/20250105000000_broken.up.sql:2:14
           |
         2 | select 100 % nothing;
           |              ^
          because: the server refused a statement of the script
          because: column "nothing" does not exist (SQLSTATE 42703)
          changed: nothing of this migration is left: it ran in one transaction; before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas
             next: mend the script, then run `crosstrack up` again
        [exit 4]
    "#]]);
}

#[test]
fn findings_are_annotations() {
    let scene = Scene::with_migrations();
    scene.settle("path = \"auth\"", "path = \"auth\"\nindexes = \"auth/indexes.toml\"");
    scene.write(
        "auth/indexes.toml",
        "[[index]]\nname = \"users_id\"\ntable = \"users\"\ncolumns = [\"id\"]\n",
    );
    scene.declare("[[phase]]\nname = \"verify\"\nchecks = [\"indexes\"]\n");
    scene.run("up --format github").shows(&expect![[r#"
        $ crosstrack up --format github
        ::error::index `users_id` is missing: expected btree index on users (id), found not there
        ::error::the checks of the phase `verify` did not pass
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        verify
          0 of 1 indexes
            index `users_id` missing (track auth)
              expected: btree index on users (id)
                 found: not there
                 mend: CREATE INDEX CONCURRENTLY "users_id" ON "public"."users" USING btree ("id");
        error: the checks of the phase `verify` did not pass
          changed: before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions, cms/20250102000000_herbs, cms/20250104000000_formulas
             next: `crosstrack verify` shows what was expected; `crosstrack verify --fix` mends what statements can mend
        [exit 1]
    "#]]);
    scene.run("up --format github").shows(&expect![[r#"
        $ crosstrack up --format github
        ::error::index `users_id` is missing: expected btree index on users (id), found not there
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas. Checked: 0 of 1 indexes.
        [stderr]
        0 of 1 indexes
          index `users_id` missing (track auth)
            expected: btree index on users (id)
               found: not there
               mend: CREATE INDEX CONCURRENTLY "users_id" ON "public"."users" USING btree ("id");
        [exit 1]
    "#]]);
    scene.run("verify --format github").shows(&expect![[r#"
        $ crosstrack verify --format github
        0 of 1 indexes
          index `users_id` missing (track auth)
            expected: btree index on users (id)
               found: not there
               mend: CREATE INDEX CONCURRENTLY "users_id" ON "public"."users" USING btree ("id");
        ::error::index `users_id` is missing: expected btree index on users (id), found not there
        [exit 1]
    "#]]);
}

#[test]
fn the_story_never_mixes_with_the_answer() {
    let scene = Scene::with_migrations();
    let ran = scene.run("up --format json --verbose").exits(0);
    ran.document();
    assert!(ran.stderr.contains("create table users") && ran.stderr.contains("applied auth/"));
}
