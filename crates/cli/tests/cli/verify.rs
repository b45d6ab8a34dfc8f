//! `verify`: the database held against what the tracks declare.

use expect_test::expect;

use crate::scene::Scene;

/// A table with an index and a foreign key, declared.
fn scene() -> Scene {
    let scene = Scene::with_migrations();
    scene.settle(
        "path = \"auth\"",
        "path = \"auth\"\nindexes = \"auth/indexes.toml\"\nconstraints = \"auth/constraints.toml\"",
    );
    scene.declare("[[phase]]\nname = \"verify\"\nchecks = [\"indexes\", \"constraints\"]\n");
    scene.write(
        "auth/indexes.toml",
        "[[index]]\nname = \"sessions_user_id\"\ntable = \"sessions\"\ncolumns = [\"user_id\"]\n",
    );
    scene.write(
        "auth/constraints.toml",
        "[[table]]\nname = \"users\"\nprimary_key = [\"id\"]\n\n[[foreign_key]]\ntable = \"sessions\"\n\
         columns = [\"user_id\"]\nreferences = \"users\"\nreferenced_columns = [\"id\"]\non_delete = \"cascade\"\n",
    );
    scene.diesel(
        "20250103000000_sessions",
        "create table sessions (user_id int references users on delete cascade);\n\
         create index sessions_user_id on sessions (user_id);\n",
        "drop table sessions;\n",
    );
    scene
}

#[test]
fn a_database_that_is_what_it_says_passes() {
    let scene = scene();
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Applied 4 migrations in [time]: auth 2, cms 2. Checked: 1 of 1 indexes, 1 of 1 tables, 1 of 1 primary keys, 1 of 1 foreign keys.
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
        content
          applied cms/20250102000000_herbs ([time])
          applied cms/20250104000000_formulas ([time])
        verify
          1 of 1 indexes
          1 of 1 tables
          1 of 1 primary keys
          1 of 1 foreign keys
        [exit 0]
    "#]]);
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        1 of 1 indexes
        1 of 1 tables
        1 of 1 primary keys
        1 of 1 foreign keys
        [exit 0]
    "#]]);
    scene.run("verify --check indexes").shows(&expect![[r#"
        $ crosstrack verify --check indexes
        1 of 1 indexes
        [exit 0]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas. Checked: 1 of 1 indexes, 1 of 1 tables, 1 of 1 primary keys, 1 of 1 foreign keys.
        [exit 0]
    "#]]);
}

#[test]
fn a_finding_says_what_is_expected_what_is_there_and_what_mends_it() {
    let scene = scene();
    scene.run("up").exits(0);
    scene
        .database
        .sql("drop index sessions_user_id; alter table sessions drop constraint sessions_user_id_fkey");
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        0 of 1 indexes
          index `sessions_user_id` missing (track auth)
            expected: btree index on sessions (user_id)
               found: not there
               mend: CREATE INDEX CONCURRENTLY "sessions_user_id" ON "public"."sessions" USING btree ("user_id");
        1 of 1 tables
        1 of 1 primary keys
        0 of 1 foreign keys
          foreign key `sessions` (user_id) missing (track auth)
            expected: references users (id) on delete cascade
               found: not there
               mend: ALTER TABLE "public"."sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE NOT VALID;
                     ALTER TABLE "public"."sessions" VALIDATE CONSTRAINT "sessions_user_id_fkey";
        [exit 1]
    "#]]);
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        Nothing pending: auth is at 20250103000000_sessions, cms is at 20250104000000_formulas. Checked: 0 of 1 indexes, 1 of 1 tables, 1 of 1 primary keys, 0 of 1 foreign keys.
        [stderr]
        0 of 1 indexes
          index `sessions_user_id` missing (track auth)
            expected: btree index on sessions (user_id)
               found: not there
               mend: CREATE INDEX CONCURRENTLY "sessions_user_id" ON "public"."sessions" USING btree ("user_id");
        1 of 1 tables
        1 of 1 primary keys
        0 of 1 foreign keys
          foreign key `sessions` (user_id) missing (track auth)
            expected: references users (id) on delete cascade
               found: not there
               mend: ALTER TABLE "public"."sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE NOT VALID;
                     ALTER TABLE "public"."sessions" VALIDATE CONSTRAINT "sessions_user_id_fkey";
        [exit 1]
    "#]]);
    scene.run("verify --fix").shows(&expect![[r#"
        $ crosstrack verify --fix
        1 of 1 indexes
        1 of 1 tables
        1 of 1 primary keys
        1 of 1 foreign keys
        [stderr]
          CREATE INDEX CONCURRENTLY "sessions_user_id" ON "public"."sessions" USING btree ("user_id");
          ALTER TABLE "public"."sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE NOT VALID;
          ALTER TABLE "public"."sessions" VALIDATE CONSTRAINT "sessions_user_id_fkey";
        [exit 0]
    "#]]);
    scene.run("verify").exits(0);
}

#[test]
fn what_no_statement_can_mend_is_left_to_people() {
    let scene = scene();
    scene.run("up").exits(0);
    scene.database.sql("drop table sessions");
    scene.run("verify --fix").shows(&expect![[r#"
        $ crosstrack verify --fix
        0 of 1 indexes
          index `sessions_user_id` missing (track auth)
            expected: btree index on sessions (user_id)
               found: the table `sessions` does not exist
        1 of 1 tables
        1 of 1 primary keys
        0 of 1 foreign keys
          foreign key `sessions` (user_id) missing (track auth)
            expected: references users (id) on delete cascade
               found: the table `sessions` does not exist
        [exit 1]
    "#]]);
}

#[test]
fn a_phase_whose_checks_do_not_pass_stops_the_run() {
    let scene = scene();
    scene.settle("tracks = [\"auth\"]\n", "tracks = [\"auth\"]\nchecks = [\"indexes\"]\n");
    scene.diesel(
        "20250103000000_sessions",
        "create table sessions (user_id int);\n",
        "drop table sessions;\n",
    );
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          applied auth/20250101000000_users ([time])
          applied auth/20250103000000_sessions ([time])
          0 of 1 indexes
            index `sessions_user_id` missing (track auth)
              expected: btree index on sessions (user_id)
                 found: not there
                 mend: CREATE INDEX CONCURRENTLY "sessions_user_id" ON "public"."sessions" USING btree ("user_id");
        error: the checks of the phase `accounts` did not pass
          changed: before it, this run applied auth/20250101000000_users, auth/20250103000000_sessions
             next: `crosstrack verify` shows what was expected; `crosstrack verify --fix` mends what statements can mend
        [exit 1]
    "#]]);
    assert!(!scene.database.has("herbs"), "the phase behind the checks does not begin");
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        accounts
          0 of 1 indexes
            index `sessions_user_id` missing (track auth)
              expected: btree index on sessions (user_id)
                 found: not there
                 mend: CREATE INDEX CONCURRENTLY "sessions_user_id" ON "public"."sessions" USING btree ("user_id");
        error: the checks of the phase `accounts` did not pass
          changed: before it, this run applied nothing
             next: `crosstrack verify` shows what was expected; `crosstrack verify --fix` mends what statements can mend
        [exit 1]
    "#]]);
    scene.run("verify --fix --check indexes").exits(0);
    scene.run("up").exits(1);
    scene.run("verify --fix").exits(0);
    scene.run("up").exits(0);
}

#[test]
fn an_empty_database_misses_everything() {
    let scene = scene();
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        0 of 1 indexes
          index `sessions_user_id` missing (track auth)
            expected: btree index on sessions (user_id)
               found: the table `sessions` does not exist
        0 of 1 tables
          table `users` missing (track auth)
            expected: a table
               found: not there
        0 of 1 primary keys
          primary key of `users` missing (track auth)
            expected: (id)
               found: the table `users` does not exist
        0 of 1 foreign keys
          foreign key `sessions` (user_id) missing (track auth)
            expected: references users (id) on delete cascade
               found: the table `sessions` does not exist
        [exit 1]
    "#]]);
    scene.run("verify --check indices").shows(&expect![[r#"
        $ crosstrack verify --check indices
        [stderr]
        error: invalid value 'indices' for '--check <CHECK>'
          [possible values: indexes, constraints]

          tip: a similar value exists: 'indexes'

        For more information, try '--help'.
        [exit 2]
    "#]]);
}

#[test]
fn declarations_that_cannot_be_read_are_named() {
    let scene = scene();
    scene.write(
        "auth/indexes.toml",
        "[[index]]\nname = \"sessions_user_id\"\ntable = \"sessions\"\ncolums = [\"user_id\"]\n",
    );
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        [stderr]
        error: unknown key `colums` in `[[index]]`
          --> auth/indexes.toml:4:1
           |
         4 | colums = ["user_id"]
           | ^^^^^^
             next: did you mean `columns`?
        [exit 2]
    "#]]);
}

#[test]
fn without_declarations_there_is_nothing_to_find() {
    let scene = Scene::with_migrations();
    scene.run("verify").shows(&expect![[r#"
        $ crosstrack verify
        Nothing is declared: a track's `indexes` and `constraints` in crosstrack.toml name the declarations.
        [exit 0]
    "#]]);
}
