//! Both sides take turns on one database, and sqlx's own `Migrator` is the judge.

use crosstrack_settings::Host;
use crosstrack_testkit::{Folder, TestDatabase, TestTrack, dump};
use crosstrack_track::Adapter as _;
use crosstrack_track_sqlx::Sqlx;
use sqlx::migrate::{Migrate, MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::history::{self, histories};

const LEDGER: &str = "select version, description, success, checksum, execution_time > 0 \
                      from _sqlx_migrations order by version";

async fn connect(database: &TestDatabase) -> PgConnection {
    let target = database.target();
    let options = PgConnectOptions::new_without_pgpass().username(&target.user).database(&target.database);
    let options = match &target.hosts[0] {
        Host::Socket { directory, port } => options.socket(directory).port(*port),
        Host::Tcp { name, port, .. } => {
            options.host(name).port(*port).password(target.password.as_ref().unwrap().expose())
        }
    };
    options.ssl_mode(PgSslMode::Disable).connect().await.unwrap()
}

async fn theirs(folder: &Folder) -> Migrator {
    Migrator::new(folder.path()).await.unwrap()
}

fn ours<'a>(database: &'a TestDatabase, folder: &Folder) -> TestTrack<'a> {
    TestTrack { adapter: &Sqlx, database, settings: folder.track("cms") }
}

fn versions(track: &TestTrack<'_>) -> Vec<i64> {
    track.migrations().iter().map(|migration| migration.version.as_number().unwrap()).collect()
}

/// What sqlx would still have to run.
async fn pending(database: &TestDatabase, folder: &Folder) -> usize {
    let mut connection = connect(database).await;
    let applied = connection.list_applied_migrations("_sqlx_migrations").await.unwrap();
    let migrator = theirs(folder).await;
    let forward = migrator.iter().filter(|migration| migration.migration_type.is_up_migration());
    forward.filter(|migration| applied.iter().all(|entry| entry.version != migration.version)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_for_sqlx_after_we_applied_all() {
    for folder in histories() {
        let database = history::database("sqlx_all");
        let ours = ours(&database, &folder);
        ours.apply_all().await;
        assert_eq!(pending(&database, &folder).await, 0);
        let before = database.rows(LEDGER);
        theirs(&folder).await.run(&mut connect(&database).await).await.unwrap();
        assert_eq!(database.rows(LEDGER), before);
        assert_eq!(before.len(), ours.migrations().len());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlx_left_halfway_is_finished_by_us() {
    for folder in histories() {
        let database = history::database("sqlx_half");
        let ours = ours(&database, &folder);
        let versions = versions(&ours);
        theirs(&folder).await.run_to(versions[2], &mut connect(&database).await).await.unwrap();
        let applied: Vec<_> = versions[..3].iter().map(ToString::to_string).collect();
        assert_eq!(ours.applied().await, applied);
        ours.apply_all().await;
        assert_eq!(ours.applied().await.len(), versions.len());
        theirs(&folder).await.run(&mut connect(&database).await).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_we_left_halfway_is_finished_by_sqlx() {
    for folder in histories() {
        let database = history::database("sqlx_rest");
        let ours = ours(&database, &folder);
        ours.apply(3).await;
        theirs(&folder).await.run(&mut connect(&database).await).await.unwrap();
        assert_eq!(ours.applied().await.len(), ours.migrations().len());
        let entries = ours.ledger().await.entries;
        for (entry, migration) in entries.iter().zip(ours.migrations()) {
            assert_eq!(entry.checksum.as_ref(), migration.ledger_checksums.first());
            assert_eq!(entry.name, Some(migration.name));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlx_reverts_what_we_applied() {
    for folder in histories() {
        let database = history::database("sqlx_back");
        let ours = ours(&database, &folder);
        ours.session().await;
        let before = dump(&database);
        ours.apply_all().await;
        let versions = versions(&ours);
        let mut connection = connect(&database).await;
        theirs(&folder).await.undo(&mut connection, versions[versions.len() - 2]).await.unwrap();
        assert_eq!(ours.applied().await.len(), versions.len() - 1);
        theirs(&folder).await.undo(&mut connection, 0).await.unwrap();
        assert_eq!(ours.ledger().await.entries, []);
        assert_eq!(dump(&database), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn we_revert_what_sqlx_applied() {
    for folder in histories() {
        let database = history::database("we_back");
        let ours = ours(&database, &folder);
        theirs(&folder).await.run_to(0, &mut connect(&database).await).await.unwrap();
        let before = dump(&database);
        theirs(&folder).await.run(&mut connect(&database).await).await.unwrap();
        ours.revert(1).await;
        assert_eq!(pending(&database, &folder).await, 1);
        ours.revert(usize::MAX).await;
        assert_eq!(pending(&database, &folder).await, ours.migrations().len());
        assert_eq!(dump(&database), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_database_is_the_one_that_sqlx_makes() {
    for folder in histories() {
        let (our_database, their_database) = (history::database("ours"), history::database("theirs"));
        ours(&our_database, &folder).apply_all().await;
        theirs(&folder).await.run(&mut connect(&their_database).await).await.unwrap();
        assert_eq!(dump(&our_database), dump(&their_database));
        assert_eq!(our_database.rows(LEDGER), their_database.rows(LEDGER));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_of_ours_is_what_sqlx_skips() {
    let folder = Folder::cms();
    let (our_database, their_database) = (history::database("marks"), history::database("skips"));
    let ours = ours(&our_database, &folder);
    let mut session = ours.session().await;
    for migration in ours.migrations() {
        session.mark(&migration, None).await.unwrap();
    }
    theirs(&folder).await.skip(&mut connect(&their_database).await, None).await.unwrap();
    let ledger = "select version, description, success, checksum, execution_time \
                  from _sqlx_migrations order by version";
    assert_eq!(our_database.rows(ledger), their_database.rows(ledger));
    session.unmark(&ours.migrations()[2].version).await.unwrap();
    assert_eq!(pending(&our_database, &folder).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_that_a_script_took_is_in_the_row() {
    let folder = Folder::sqlx(&[("1_a", "select 1", None)]);
    let database = history::database("took");
    let ours = ours(&database, &folder);
    let took = std::time::Duration::from_millis(1234);
    ours.session().await.mark(&ours.migrations()[0], Some(took)).await.unwrap();
    assert_eq!(database.value("select execution_time from _sqlx_migrations"), "1234000000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_another_name_is_the_ledger_of_both() {
    const TABLE: &str = "app.\"history; of it\"";
    let folder = Folder::cms();
    let database = history::database("table");
    let mut ours = ours(&database, &folder);
    ours.settings.table = Some(TABLE.to_owned());
    ours.settings.create_schemas = vec!["app".to_owned()];
    ours.apply(3).await;
    let mut migrator = theirs(&folder).await;
    migrator.dangerous_set_table_name(TABLE);
    migrator.create_schema("app");
    migrator.run(&mut connect(&database).await).await.unwrap();
    assert_eq!(ours.applied().await.len(), ours.migrations().len());
    assert!(!database.has("_sqlx_migrations"));
    ours.revert(usize::MAX).await;
    assert_eq!(database.value(&format!("select count(*) from {TABLE}")), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_sqlx_calls_edited_is_edited_or_has_other_line_endings_and_a_restamp_settles_both() {
    let folder = Folder::sqlx(&[("1_a", "create table a ();\n", None)]);
    let database = history::database("edited");
    let ours = ours(&database, &folder);
    ours.apply_all().await;
    let cases = [
        ("create table a ( );\n", true),
        ("\u{feff}create table a ( );\n", false),
        ("create table a ( );\r\n", false),
        ("create table b ();", true),
    ];
    for (text, is_edit) in cases {
        folder.write("1_a.sql", text);
        let error = theirs(&folder).await.run(&mut connect(&database).await).await.unwrap_err();
        assert!(matches!(error, MigrateError::VersionMismatch(1)), "{error}");
        let recorded = ours.ledger().await.entries.remove(0).checksum.unwrap();
        let migration = ours.migrations().remove(0);
        assert_eq!(migration.is_known_by(&recorded), !is_edit, "{text}");
        assert_eq!(migration.is_known_by_other_line_endings(&recorded), !is_edit, "{text}");
        ours.session().await.restamp(&migration).await.unwrap();
        theirs(&folder).await.run(&mut connect(&database).await).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_that_we_hold_for_sqlx_is_the_one_that_it_takes() {
    let database = history::database("own_lock");
    let mut connection = connect(&database).await;
    connection.lock().await.unwrap();
    let held = "select (classid::bigint << 32) | objid::bigint from pg_locks where locktype = 'advisory' \
                and objsubid = 1 and database = (select oid from pg_database where datname = current_database())";
    assert_eq!(database.rows(held), [Sqlx.own_lock(database.name()).unwrap().to_string()]);
    connection.close().await.unwrap();
}
