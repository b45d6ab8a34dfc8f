//! One test for each way in which an index can differ from what is declared.

use crosstrack_model::FindingKind;
use crosstrack_verify::{mend, statements};

use crate::support::{Scratch, TABLES, expectations, expectations_of_track};

const EMAIL: &str = r#"
    [[index]]
    name = "idx_users_email"
    table = "users"
    columns = ["lower(email)"]
    unique = true
"#;

const LIST: &str = r#"
    [[index]]
    name = "idx_users_list"
    table = "users"
    columns = ["age", "created_at desc"]
    include = ["name"]
    predicate = "age IS NOT NULL"
"#;

async fn list_built_as(statement: &str) -> Scratch {
    let scratch = Scratch::new(TABLES).await;
    scratch.run(statement).await;
    scratch
}

#[tokio::test]
async fn an_index_that_is_as_declared_is_sound_however_the_declaration_is_written() {
    let scratch = Scratch::new(TABLES).await;
    scratch
        .run(
            "CREATE UNIQUE INDEX idx_a ON users (lower(email), (name || 'x') COLLATE \"C\" DESC, name text_pattern_ops) \
                 NULLS NOT DISTINCT WHERE mood = 'calm' AND name IN ('x', 'y') AND age > -1 AND (age < 3 OR age IS NULL); \
             CREATE INDEX idx_b ON users USING gin (details jsonb_path_ops) WITH (fastupdate = off); \
             CREATE INDEX idx_c ON users (\"displayName\", age DESC NULLS LAST) INCLUDE (\"name\")",
        )
        .await;
    scratch
        .assert_sound(
            r#"
            [[index]]
            name = "idx_a"
            table = "public.users"
            columns = ["LOWER(email)", '''(name || 'x') collate "C" desc nulls first''', "name text_pattern_ops"]
            unique = true
            nulls_not_distinct = true
            predicate = "(mood = 'calm') and name in ('x', 'y') and (age > -1) and (age<3 or age is null)"
            [[index]]
            name = "idx_b"
            table = "users"
            columns = ["details jsonb_path_ops"]
            method = "gin"
            [[index]]
            name = "idx_c"
            table = "users"
            columns = ["displayName asc", "age desc nulls last"]
            include = ["name"]
            "#,
        )
        .await;
}

#[tokio::test]
async fn a_dropped_index_is_built_again_exactly() {
    let scratch = Scratch::new(TABLES).await;
    let findings = scratch.assert_mended(EMAIL, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].object, "index `idx_users_email`");
    assert_eq!(findings[0].expected, "unique btree index on users (lower(email))");
    assert_eq!(findings[0].actual, "not there");
    assert_eq!(
        findings[0].mend,
        [
            r#"CREATE UNIQUE INDEX CONCURRENTLY "idx_users_email" ON "public"."users" USING btree (lower(email))"#
        ]
    );
    scratch.assert_mended(LIST, &[FindingKind::Missing]).await;
}

#[tokio::test]
async fn names_that_need_quotes_are_built_with_them() {
    let scratch = Scratch::new(
        r#"CREATE SCHEMA "My Shop"; CREATE TABLE "My Shop"."Order" ("userId" int, "order" int)"#,
    )
    .await;
    let declared = r#"
        [[index]]
        name = "Order by \"user\""
        table = "My Shop.Order"
        columns = ["userId desc", "order"]
        nulls_not_distinct = true
        unique = true
        include = ["userId"]
        predicate = '"userId" > 0'
    "#;
    scratch.assert_mended(declared, &[FindingKind::Missing]).await;
}

#[tokio::test]
async fn an_index_of_a_missing_table_is_missing_and_nothing_mends_it() {
    let scratch = Scratch::new("").await;
    let findings = scratch.assert_unmended(EMAIL, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "the table `users` does not exist");
}

#[tokio::test]
async fn an_index_of_a_missing_column_is_missing_and_nothing_mends_it() {
    let scratch = Scratch::new("CREATE TABLE users (age int, name text)").await;
    let findings = scratch.assert_unmended(LIST, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "not there; the table `users` has no column `created_at`");
}

#[tokio::test]
async fn the_same_index_under_another_name_is_named() {
    let scratch = list_built_as("CREATE UNIQUE INDEX users_email_key2 ON users (lower(email))").await;
    let findings = scratch.assert_mended(EMAIL, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "not there; `users_email_key2` has the same definition");
}

#[tokio::test]
async fn a_name_that_something_else_has_is_said() {
    let scratch = list_built_as("CREATE VIEW idx_users_email AS SELECT 1").await;
    let findings = scratch.assert_unmended(EMAIL, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "not there; the name is taken by a view");
}

#[tokio::test]
async fn an_index_on_another_table_is_replaced() {
    let scratch = list_built_as(
        "CREATE TABLE people (email text); CREATE UNIQUE INDEX idx_users_email ON people (lower(email))",
    )
    .await;
    let findings = scratch.assert_mended(EMAIL, &[FindingKind::WrongTable]).await;
    assert_eq!(findings[0].actual, "on `people`");
}

#[tokio::test]
async fn other_columns_are_found_and_the_old_index_stays_until_the_new_one_is_ready() {
    let scratch = list_built_as(
        "CREATE INDEX idx_users_list ON users (age, name) INCLUDE (name) WHERE age IS NOT NULL",
    )
    .await;
    let findings = scratch.assert_mended(LIST, &[FindingKind::WrongColumns]).await;
    assert_eq!(findings[0].expected, "(age, created_at desc)");
    assert_eq!(findings[0].actual, "(age, name)");
    assert!(findings[0].mend[0].starts_with(r#"CREATE INDEX CONCURRENTLY "idx_users_list_replacement""#));
    assert_eq!(findings[0].mend[1], r#"DROP INDEX CONCURRENTLY IF EXISTS "public"."idx_users_list""#);
}

#[tokio::test]
async fn the_order_and_direction_of_columns_count() {
    for columns in [
        "created_at DESC, age",
        "age, created_at",
        "age, created_at DESC NULLS LAST",
        "age DESC, created_at DESC",
    ] {
        let statement =
            format!("CREATE INDEX idx_users_list ON users ({columns}) INCLUDE (name) WHERE age IS NOT NULL");
        let scratch = list_built_as(&statement).await;
        scratch.assert_mended(LIST, &[FindingKind::WrongColumns]).await;
    }
}

#[tokio::test]
async fn another_operator_class_or_collation_is_another_column() {
    let declared = r#"
        [[index]]
        name = "idx"
        table = "users"
        columns = ["name"]
    "#;
    for column in ["name text_pattern_ops", "name COLLATE \"C\""] {
        let scratch = list_built_as(&format!("CREATE INDEX idx ON users ({column})")).await;
        scratch.assert_mended(declared, &[FindingKind::WrongColumns]).await;
    }
}

#[tokio::test]
async fn other_included_columns_are_found() {
    let scratch =
        list_built_as("CREATE INDEX idx_users_list ON users (age, created_at DESC) WHERE age IS NOT NULL")
            .await;
    let findings = scratch.assert_mended(LIST, &[FindingKind::WrongIncluded]).await;
    assert_eq!(findings[0].actual, "no included columns");
}

#[tokio::test]
async fn another_uniqueness_is_found() {
    let scratch = list_built_as("CREATE INDEX idx_users_email ON users (lower(email))").await;
    let findings = scratch.assert_mended(EMAIL, &[FindingKind::WrongUniqueness]).await;
    assert_eq!((findings[0].expected.as_str(), findings[0].actual.as_str()), ("unique", "not unique"));
    let scratch =
        list_built_as("CREATE UNIQUE INDEX idx_users_email ON users (lower(email)) NULLS NOT DISTINCT").await;
    let findings = scratch.assert_mended(EMAIL, &[FindingKind::WrongUniqueness]).await;
    assert_eq!(findings[0].actual, "unique, nulls not distinct");
}

#[tokio::test]
async fn another_method_is_found() {
    let declared = r#"
        [[index]]
        name = "idx"
        table = "users"
        columns = ["name"]
        method = "hash"
    "#;
    let scratch = list_built_as("CREATE INDEX idx ON users (name)").await;
    scratch.assert_mended(declared, &[FindingKind::WrongMethod]).await;
}

#[tokio::test]
async fn another_predicate_is_found() {
    for predicate in ["", "WHERE age IS NULL"] {
        let statement =
            format!("CREATE INDEX idx_users_list ON users (age, created_at DESC) INCLUDE (name) {predicate}");
        let scratch = list_built_as(&statement).await;
        scratch.assert_mended(LIST, &[FindingKind::WrongPredicate]).await;
    }
}

#[tokio::test]
async fn an_index_that_is_wrong_in_several_ways_is_mended_once() {
    let scratch = list_built_as("CREATE UNIQUE INDEX idx_users_list ON users (name)").await;
    let kinds = [
        FindingKind::WrongColumns,
        FindingKind::WrongIncluded,
        FindingKind::WrongUniqueness,
        FindingKind::WrongPredicate,
    ];
    let findings = scratch.assert_mended(LIST, &kinds).await;
    assert_eq!(statements(&findings).len(), 3);
}

#[tokio::test]
async fn a_build_that_failed_over_duplicates_is_not_ready_and_mended_once_they_are_gone() {
    let scratch = Scratch::new(TABLES).await;
    scratch.run("INSERT INTO users (id, email) VALUES (1, 'a@b.c'), (2, 'A@B.C')").await;
    let build = "CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (lower(email))";
    scratch.session.rows("build", build).await.unwrap_err();
    let findings = scratch.findings(&expectations(EMAIL)).await;
    assert_eq!(findings[0].kind, FindingKind::NotReady);
    assert!(findings[0].mend[0].starts_with("DROP INDEX CONCURRENTLY"), "{findings:#?}");
    mend(&scratch.session, &findings, &mut |_| {}).await.unwrap_err();
    scratch.run("DELETE FROM users WHERE id = 2").await;
    scratch.assert_mended(EMAIL, &[FindingKind::Missing]).await;
}

#[tokio::test]
async fn a_build_that_was_stopped_while_it_waited_is_invalid() {
    let scratch = Scratch::new(TABLES).await;
    let old = scratch.database.session("old snapshot").await.unwrap();
    old.rows("hold a snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    scratch.run("SET lock_timeout = '20ms'").await;
    let build = "CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (lower(email))";
    scratch.session.rows("build", build).await.unwrap_err();
    old.rows("let go", "ROLLBACK").await.unwrap();
    scratch.run("RESET lock_timeout").await;
    scratch.assert_mended(EMAIL, &[FindingKind::Invalid]).await;
}

#[tokio::test]
async fn an_index_that_is_being_built_is_left_alone() {
    let scratch = Scratch::new(TABLES).await;
    let old = scratch.database.session("old snapshot").await.unwrap();
    old.rows("hold a snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    let builder = scratch.database.session("build").await.unwrap();
    let build = "CREATE UNIQUE INDEX CONCURRENTLY idx_users_email ON users (lower(email))";
    let building = tokio::spawn(async move { builder.rows("build", build).await.map(drop) });
    let waits = "SELECT 1 FROM pg_stat_progress_create_index WHERE phase LIKE 'waiting for old snapshots'";
    while scratch.session.rows("look", waits).await.unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    let findings = scratch.assert_unmended(EMAIL, &[FindingKind::NotReady]).await;
    assert!(findings[0].actual.ends_with("is building it"), "{findings:#?}");
    old.rows("let go", "ROLLBACK").await.unwrap();
    building.await.unwrap().unwrap();
    scratch.assert_sound(EMAIL).await;
}

#[tokio::test]
async fn an_index_that_belongs_to_a_constraint_is_not_offered_for_dropping() {
    let scratch = list_built_as("ALTER TABLE users ADD CONSTRAINT idx_users_email UNIQUE (email)").await;
    let findings = scratch.assert_unmended(EMAIL, &[FindingKind::WrongColumns]).await;
    assert_eq!(findings[0].actual, "(email); it belongs to the constraint `idx_users_email`");
}

#[tokio::test]
async fn an_index_of_a_partitioned_table_is_built_plainly() {
    let partitioned = "
        CREATE TABLE users (email text, age int) PARTITION BY RANGE (age);
        CREATE TABLE users_young PARTITION OF users FOR VALUES FROM (0) TO (30);";
    let declared = r#"
        [[index]]
        name = "idx_users_age"
        table = "users"
        columns = ["age"]
    "#;
    let scratch = Scratch::new(partitioned).await;
    let findings = scratch.assert_mended(declared, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].mend, [r#"CREATE INDEX "idx_users_age" ON "public"."users" USING btree ("age")"#]);
    scratch.run("DROP INDEX idx_users_age; CREATE INDEX idx_users_age ON users (email)").await;
    scratch.assert_mended(declared, &[FindingKind::WrongColumns]).await;
    scratch.run("DROP INDEX idx_users_age; CREATE INDEX idx_users_age ON ONLY users (age)").await;
    scratch.assert_mended(declared, &[FindingKind::Invalid]).await;
    let of_partition =
        declared.replace("idx_users_age", "users_young_age_idx").replace("\"users\"", "\"users_young\"");
    scratch.assert_sound(&of_partition).await;
    scratch
        .assert_unmended(&of_partition.replace("[\"age\"]", "[\"email\"]"), &[FindingKind::WrongColumns])
        .await;
}

#[tokio::test]
async fn the_tracks_schema_is_where_its_tables_are_looked_up() {
    let scratch = Scratch::new(TABLES).await;
    scratch
        .run(
            "CREATE SCHEMA auth; CREATE TYPE auth.mood AS ENUM ('calm'); CREATE TABLE auth.users (email text, mood auth.mood); \
             CREATE UNIQUE INDEX idx_users_email ON users (lower(email))",
        )
        .await;
    let expectations = expectations_of_track("schema = \"auth\"", EMAIL);
    let findings = scratch.findings(&expectations).await;
    assert_eq!(findings[0].object, "index `auth.idx_users_email`");
    mend(&scratch.session, &findings, &mut |_| {}).await.unwrap();
    assert_eq!(scratch.findings(&expectations).await, []);
    let other = format!("{EMAIL}\npredicate = \"mood = 'calm'\"").replace("idx_users_email", "idx_calm");
    let expectations = expectations_of_track("schema = \"auth\"", &other);
    scratch.run("CREATE UNIQUE INDEX idx_calm ON auth.users (lower(email)) WHERE mood = 'calm'").await;
    assert_eq!(scratch.findings(&expectations).await, []);
}
