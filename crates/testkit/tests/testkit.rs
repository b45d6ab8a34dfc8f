//! The testkit keeps what it promises to the tests that build on it.

use crosstrack_testkit::{Folder, TestDatabase, TestServer, assert_no_secret, dump, dump_with_data};

#[test]
fn a_database_is_fresh_and_goes_with_its_test() {
    let database = TestDatabase::new("fresh");
    database.sql("create table people (name text); insert into people values ('Ada'), (null)");
    assert_eq!(database.rows("select name, length(name) from people"), ["Ada|3", "|"]);
    assert!(database.has("people"));
    let name = database.name().to_owned();
    drop(database);
    let other = TestDatabase::new("fresh");
    assert!(!other.has("people"));
    assert_eq!(other.value(&format!("select count(*) from pg_database where datname = '{name}'")), "0");
}

#[tokio::test]
async fn a_database_can_be_used_from_asynchronous_tests() {
    let database = TestDatabase::new("asynchronous");
    let session = database.session("a test").await;
    session.rows("create a table", "create table a ()").await.unwrap();
    assert!(database.has("a"));
}

#[test]
fn what_the_server_refuses_is_said_and_the_next_statement_works() {
    let database = TestDatabase::new("refused");
    assert_eq!(database.try_sql("select * from nothing").unwrap_err().code, "42P01");
    assert_eq!(database.value("select 1"), "1");
}

#[test]
fn a_role_goes_with_its_database_even_when_it_owns_something() {
    let database = TestDatabase::new("roles");
    let role = database.role("owner", "LOGIN");
    database.sql(&format!("create table a (); alter table a owner to {role}"));
    drop(database);
    let other = TestDatabase::new("roles");
    assert_eq!(other.value(&format!("select count(*) from pg_roles where rolname = '{role}'")), "0");
}

#[test]
fn a_dump_changes_with_the_schema_and_with_nothing_else() {
    let database = TestDatabase::new("dump");
    database.sql("create table a (b int)");
    let before = dump(&database);
    assert!(before.contains("CREATE TABLE public.a"), "{before}");
    database.sql("insert into a values (1)");
    assert_eq!(dump(&database), before);
    assert!(dump_with_data(&database).contains("INSERT INTO public.a VALUES (1);"));
    database.sql("alter table a add c int");
    assert_ne!(dump(&database), before);
}

#[test]
#[should_panic(expected = "the text shows the password")]
fn the_servers_password_is_seen_in_a_text() {
    assert_no_secret(&TestDatabase::new("secret").url());
}

#[test]
fn a_redacted_target_shows_no_secret() {
    assert_no_secret(&TestServer::shared().tcp_target().redacted());
    assert_no_secret(&format!("{:?}", TestServer::shared()));
}

#[test]
fn a_folder_is_written_in_the_format_of_its_adapter() {
    let diesel = Folder::diesel(&[("1_a", "select 1", Some("select 2")), ("2_b", "select 3", None)]);
    assert_eq!(diesel.read("1_a/down.sql"), "select 2");
    assert!(!diesel.path().join("2_b/down.sql").exists());
    let sqlx = Folder::sqlx(&[("1_a", "select 1", Some("select 2")), ("2_b", "select 3", None)]);
    assert_eq!(sqlx.read("1_a.down.sql"), "select 2");
    assert_eq!(sqlx.read("2_b.sql"), "select 3");
}
