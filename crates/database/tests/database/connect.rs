//! Why no session can be opened, told apart.

use std::error::Error;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use crosstrack_database::{ConnectError, Database, Endpoint};
use crosstrack_settings::{Host, Secret, SessionAttributes, Target, TlsMode};
use crosstrack_testkit::{TestDatabase, TestServer, assert_no_secret};

/// Fails to connect, and shows no password anywhere on the way.
async fn refused(target: Target) -> ConnectError {
    let error = Database::connect(target, "tests".to_owned()).await.unwrap_err();
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(reason) = cause {
        assert_no_secret(&reason.to_string());
        assert_no_secret(&format!("{reason:?}"));
        cause = reason.source();
    }
    error
}

fn on_port(target: Target, port: u16) -> Target {
    let hosts = vec![Host::Tcp { name: "127.0.0.1".into(), address: None, port }];
    Target { hosts, ..target }
}

/// A port on which nobody listens.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn nobody_listens_on_the_port() {
    let port = free_port();
    let error = refused(on_port(TestServer::shared().tcp_target(), port)).await;
    assert_eq!(error.to_string(), format!("cannot reach the database server at 127.0.0.1:{port}"));
    let ConnectError::Unreachable { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.kind(), ErrorKind::ConnectionRefused);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_listens_on_the_socket() {
    let host = Host::Socket { directory: "/nowhere/at all".into(), port: 5432 };
    let error = refused(Target { hosts: vec![host], ..TestServer::shared().target() }).await;
    assert_eq!(error.to_string(), "cannot reach the database server at /nowhere/at all/.s.PGSQL.5432");
}

#[tokio::test]
async fn a_wrong_password_is_said_to_be_one() {
    let mut target = TestServer::shared().tcp_target();
    target.password = Some(Secret::new("wrong horse"));
    let error = refused(target).await;
    let ConnectError::Refused { source, database } = &error else { panic!("{error:?}") };
    assert_eq!(source.code, "28P01");
    assert!(!format!("{error:?}{database}").contains("wrong horse"));
}

#[tokio::test]
async fn a_missing_database_is_said_to_be_missing() {
    for target in [TestServer::shared().target(), TestServer::shared().tcp_target()] {
        let error = refused(target.with_database("nobody made this")).await;
        let ConnectError::Refused { source, database } = error else { panic!("{error:?}") };
        assert_eq!(source.code, "3D000");
        assert!(database.contains("nobody%20made%20this"), "{database}");
    }
}

#[tokio::test]
async fn a_role_that_may_not_sign_in_is_said_to_be_one() {
    let database = TestDatabase::new("role");
    let user = database.role("nologin", "PASSWORD 'x'");
    let error = refused(Target { user, ..database.target() }).await;
    let ConnectError::Refused { source, .. } = error else { panic!("{error:?}") };
    assert_eq!(source.code, "28000");
}

#[tokio::test]
async fn a_name_without_an_address_is_unreachable() {
    let host = Host::Tcp { name: "nobody.invalid".into(), address: None, port: 5432 };
    let error = refused(Target { hosts: vec![host], ..TestServer::shared().tcp_target() }).await;
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains("nobody.invalid:5432"), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut target = on_port(TestServer::shared().tcp_target(), listener.local_addr().unwrap().port());
    target.connect_timeout = Some(Duration::from_millis(100));
    let began = Instant::now();
    let error = refused(target).await;
    assert!(matches!(error, ConnectError::TimedOut { .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn who_answers_and_is_no_postgresql_is_a_failed_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        for _ in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let error = refused(on_port(TestServer::shared().tcp_target(), port)).await;
    assert!(matches!(error, ConnectError::Failed { .. }), "{error:?}");
    answering.join().unwrap();
}

#[tokio::test]
async fn the_first_host_that_answers_is_kept_for_every_session() {
    let database = TestDatabase::new("hosts");
    let mut target = database.tcp_target();
    target.hosts.insert(0, Host::Tcp { name: "127.0.0.1".into(), address: None, port: free_port() });
    let (chosen, _) = Database::connect(target, "tests".to_owned()).await.unwrap();
    let Endpoint::Tcp { port, encrypted, .. } = chosen.endpoint() else { panic!("{:?}", chosen.endpoint()) };
    assert_eq!((*port, *encrypted), (TestServer::shared().running().port, false));
    let session = chosen.session("a purpose").await.unwrap();
    let rows = session.rows("look", "select current_setting('application_name') as name").await.unwrap();
    assert_eq!(rows[0].text("name").unwrap(), "tests a purpose");
}

#[tokio::test]
async fn encryption_that_is_demanded_is_not_done_without() {
    let mut target = TestServer::shared().tcp_target();
    target.tls.mode = TlsMode::Require;
    let error = refused(target).await;
    assert!(matches!(error, ConnectError::Failed { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_takes_no_writes_is_not_what_read_write_asks_for() {
    let database = TestDatabase::new("read_only");
    database.sql(&format!("alter database {} set default_transaction_read_only to on", database.name()));
    let wants = |attributes| Target { target_session_attributes: attributes, ..database.target() };
    let error = refused(wants(SessionAttributes::ReadWrite)).await;
    let ConnectError::Unsuitable { wanted, .. } = error else { panic!("{error:?}") };
    assert_eq!(wanted, "read-write");
    for suitable in [SessionAttributes::Any, SessionAttributes::ReadOnly, SessionAttributes::Primary] {
        Database::connect(wants(suitable), "tests".to_owned()).await.unwrap();
    }
    assert!(matches!(refused(wants(SessionAttributes::Standby)).await, ConnectError::Unsuitable { .. }));
}

#[tokio::test]
async fn options_reach_every_session() {
    let database = TestDatabase::new("options");
    let mut target = database.target();
    target.options = Some("-c search_path=app,\\ public -c statement_timeout=7s".to_owned());
    let (chosen, mut reader) = Database::connect(target, "tests".to_owned()).await.unwrap();
    let sql =
        "select current_setting('search_path') as path, current_setting('statement_timeout') as timeout";
    let session = chosen.session("a purpose").await.unwrap();
    for rows in [session.rows("look", sql).await, reader.snapshot().rows("look", sql).await] {
        let rows = rows.unwrap();
        let values = (rows[0].text("path").unwrap(), rows[0].text("timeout").unwrap());
        assert_eq!(values, ("app, public", "7s"));
    }
}
