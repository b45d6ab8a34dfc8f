//! One test for each way in which a table, a primary key, a foreign key or an enum type can differ from what is declared.

use crosstrack_model::FindingKind;

use crate::support::{Scratch, TABLES, expectations_of_track};

const AUTHOR: &str = r#"
    [[foreign_key]]
    table = "posts"
    columns = ["user_id"]
    references = "users"
    referenced_columns = ["id"]
    on_delete = "cascade"
"#;

async fn with(statement: &str) -> Scratch {
    let scratch = Scratch::new(TABLES).await;
    scratch.run(statement).await;
    scratch
}

#[tokio::test]
async fn a_missing_table_is_said_with_the_schema_where_one_of_its_name_stands() {
    let scratch = Scratch::new("CREATE SCHEMA old; CREATE TABLE old.users (id int PRIMARY KEY)").await;
    let declared = r#"
        [[table]]
        name = "users"
        primary_key = ["id"]
    "#;
    let findings = scratch.assert_unmended(declared, &[FindingKind::Missing, FindingKind::Missing]).await;
    assert_eq!(findings[0].object, "table `users`");
    assert_eq!(findings[0].actual, "not there; one of this name stands in `old`");
    assert_eq!(findings[1].object, "primary key of `users`");
    assert_eq!(findings[1].actual, "the table `users` does not exist");
    scratch.assert_sound(&declared.replace("\"users\"", "\"old.users\"")).await;
}

#[tokio::test]
async fn a_missing_primary_key_is_built_concurrently() {
    let scratch = with("CREATE TABLE tags (post_id int, tag text)").await;
    let declared = r#"
        [[table]]
        name = "tags"
        primary_key = ["post_id", "tag"]
    "#;
    scratch.assert_mended(declared, &[FindingKind::Missing]).await;
    scratch
        .assert_unmended(
            &declared.replace(r#""post_id", "tag""#, r#""tag", "post_id""#),
            &[FindingKind::WrongColumns],
        )
        .await;
    let scratch = with("CREATE TABLE tags (post_id int, tag text) PARTITION BY LIST (tag)").await;
    scratch.assert_mended(declared, &[FindingKind::Missing]).await;
}

#[tokio::test]
async fn a_missing_foreign_key_is_added_and_then_validated() {
    let scratch = Scratch::new(TABLES).await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].object, "foreign key `posts` (user_id)");
    assert_eq!(
        findings[0].mend,
        [
            r#"ALTER TABLE "public"."posts" ADD CONSTRAINT "posts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "public"."users" ("id") ON DELETE CASCADE NOT VALID"#,
            r#"ALTER TABLE "public"."posts" VALIDATE CONSTRAINT "posts_user_id_fkey""#,
        ]
    );
}

#[tokio::test]
async fn a_foreign_key_gets_a_name_that_is_free() {
    let scratch = with("ALTER TABLE posts ADD CONSTRAINT posts_user_id_fkey CHECK (user_id > 0)").await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::Missing]).await;
    assert!(findings[0].mend[0].contains("\"posts_user_id_fkey1\""), "{findings:#?}");
}

#[tokio::test]
async fn a_foreign_key_of_a_partitioned_table_is_added_at_once() {
    let scratch = Scratch::new(
        "CREATE TABLE users (id int PRIMARY KEY); \
         CREATE TABLE posts (user_id int) PARTITION BY LIST (user_id); CREATE TABLE posts_1 PARTITION OF posts DEFAULT",
    )
    .await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].mend.len(), 1);
    scratch.assert_sound(&AUTHOR.replace("\"posts\"", "\"posts_1\"")).await;
    let other = AUTHOR.replace("\"posts\"", "\"posts_1\"").replace("cascade", "set null");
    scratch.assert_unmended(&other, &[FindingKind::WrongDeleteAction]).await;
    scratch.assert_mended(&AUTHOR.replace("cascade", "set null"), &[FindingKind::WrongDeleteAction]).await;
}

#[tokio::test]
async fn a_reference_to_a_partitioned_table_is_one_foreign_key() {
    let scratch = Scratch::new(
        "CREATE TABLE users (id int PRIMARY KEY) PARTITION BY HASH (id); \
         CREATE TABLE users_0 PARTITION OF users FOR VALUES WITH (MODULUS 1, REMAINDER 0); \
         CREATE TABLE posts (user_id int REFERENCES users ON DELETE CASCADE)",
    )
    .await;
    scratch.assert_sound(AUTHOR).await;
    let findings =
        scratch.findings(&expectations_of_track("", &AUTHOR.replace("\"users\"", "\"users_0\""))).await;
    assert_eq!(findings[0].kind, FindingKind::WrongReference);
}

#[tokio::test]
async fn a_foreign_key_between_tables_or_columns_that_are_not_there_is_not_mended() {
    let scratch = Scratch::new("CREATE TABLE posts (id int)").await;
    let findings = scratch.assert_unmended(AUTHOR, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "not there; the table `users` does not exist");
    scratch.run("CREATE TABLE users (id int PRIMARY KEY)").await;
    let findings = scratch.assert_unmended(AUTHOR, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "not there; the table `posts` has no column `user_id`");
    scratch.run("DROP TABLE posts").await;
    let findings = scratch.assert_unmended(AUTHOR, &[FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "the table `posts` does not exist");
}

#[tokio::test]
async fn a_foreign_key_that_was_never_validated_is_validated() {
    let scratch = with("ALTER TABLE posts ADD CONSTRAINT \"my key\" FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE NOT VALID").await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::NotValidated]).await;
    assert_eq!(findings[0].mend, [r#"ALTER TABLE "public"."posts" VALIDATE CONSTRAINT "my key""#]);
}

#[tokio::test]
async fn another_delete_action_is_replaced_without_a_moment_in_between() {
    let scratch =
        with("ALTER TABLE posts ADD CONSTRAINT author FOREIGN KEY (user_id) REFERENCES users").await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::WrongDeleteAction]).await;
    assert_eq!(findings[0].expected, "references users (id) on delete cascade");
    assert_eq!(findings[0].actual, "`author` references public.users (id) on delete no action");
    assert!(
        findings[0].mend[0].contains("DROP CONSTRAINT \"author\", ADD CONSTRAINT \"author\""),
        "{findings:#?}"
    );
}

#[tokio::test]
async fn another_reference_stays_until_the_declared_one_is_validated() {
    let scratch = with(
        "CREATE TABLE people (id int PRIMARY KEY); \
         ALTER TABLE posts ADD CONSTRAINT posts_user_id_fkey FOREIGN KEY (user_id) REFERENCES people ON DELETE CASCADE",
    )
    .await;
    let findings = scratch.assert_mended(AUTHOR, &[FindingKind::WrongReference]).await;
    assert_eq!(findings[0].mend.len(), 4);
    let names =
        scratch.session.rows("look", "SELECT conname FROM pg_constraint WHERE contype = 'f'").await.unwrap();
    assert_eq!(names[0].text("conname").unwrap(), "posts_user_id_fkey");
}

#[tokio::test]
async fn the_foreign_key_that_fits_counts_when_there_are_several() {
    let scratch = with(
        "CREATE TABLE people (id int PRIMARY KEY); \
         ALTER TABLE posts ADD CONSTRAINT a FOREIGN KEY (user_id) REFERENCES people; \
         ALTER TABLE posts ADD CONSTRAINT b FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE",
    )
    .await;
    scratch.assert_sound(AUTHOR).await;
}

#[tokio::test]
async fn the_columns_of_a_foreign_key_belong_in_pairs() {
    let scratch = Scratch::new(
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y)); \
         CREATE TABLE b (p int, q int, FOREIGN KEY (p, q) REFERENCES a (x, y))",
    )
    .await;
    let declared = |columns: &str, referenced: &str| {
        format!(
            "[[foreign_key]]\ntable = \"b\"\ncolumns = {columns}\nreferences = \"a\"\nreferenced_columns = {referenced}"
        )
    };
    scratch.assert_sound(&declared(r#"["p", "q"]"#, r#"["x", "y"]"#)).await;
    scratch.assert_sound(&declared(r#"["q", "p"]"#, r#"["y", "x"]"#)).await;
    scratch.assert_mended(&declared(r#"["p", "q"]"#, r#"["y", "x"]"#), &[FindingKind::WrongReference]).await;
}

#[tokio::test]
async fn a_track_with_a_schema_refers_to_its_own_tables_and_then_to_those_in_public() {
    let scratch = Scratch::new(TABLES).await;
    scratch
        .run("CREATE SCHEMA cms; CREATE TABLE cms.posts (user_id int REFERENCES public.users ON DELETE CASCADE)")
        .await;
    let expectations = expectations_of_track("schema = \"cms\"", AUTHOR);
    assert_eq!(scratch.findings(&expectations).await, []);
    scratch.run("CREATE TABLE cms.users (id int PRIMARY KEY)").await;
    assert_eq!(scratch.findings(&expectations).await[0].kind, FindingKind::WrongReference);
}

#[tokio::test]
async fn missing_enum_values_are_added_at_their_places_and_others_are_a_persons_decision() {
    let scratch = Scratch::new(TABLES).await;
    let declared = |values: &str| format!("[[enum]]\nname = \"mood\"\nvalues = {values}");
    scratch.assert_sound(&declared(r#"["calm", "busy"]"#)).await;
    scratch.assert_unmended(&declared(r#"["calm"]"#), &[FindingKind::WrongValues]).await;
    scratch.assert_unmended(&declared(r#"["busy", "calm"]"#), &[FindingKind::WrongValues]).await;
    let wider = declared(r#"["asleep", "awake", "calm", "it's fine", "busy", "gone"]"#);
    let findings = scratch.assert_mended(&wider, &[FindingKind::WrongValues]).await;
    assert_eq!(findings[0].actual, "calm, busy");
}

#[tokio::test]
async fn a_missing_enum_type_is_the_migrations_to_make() {
    let scratch = Scratch::new("CREATE DOMAIN mood AS text").await;
    let declared =
        "[[enum]]\nname = \"mood\"\nvalues = [\"calm\"]\n[[enum]]\nname = \"weather\"\nvalues = [\"fair\"]";
    let findings = scratch.assert_unmended(declared, &[FindingKind::Missing, FindingKind::Missing]).await;
    assert_eq!(findings[0].actual, "`mood` is another kind of type");
    assert_eq!(findings[1].actual, "not there");
}
