//! What each `sslmode` does with each kind of server, as libpq's table has it:
//! <https://www.postgresql.org/docs/current/libpq-ssl.html>.

use crosstrack_database::{ConnectError, Database, Endpoint};
use crosstrack_settings::{RootCertificate, Target, TlsMode};
use crosstrack_testkit::{Authority, PrivateServer};

/// How a session is opened, or why not.
async fn opened(target: Target) -> &'static str {
    match Database::connect(target, "tests".to_owned()).await {
        Ok((database, _)) => match database.endpoint() {
            Endpoint::Tcp { encrypted: true, .. } => "encrypted",
            _ => "plain",
        },
        Err(ConnectError::Refused { .. }) => "refused by the server",
        Err(ConnectError::Failed { .. }) => "given up",
        Err(error) => panic!("{error:?}"),
    }
}

/// What the modes do, from `disable` to `verify-full`.
async fn table(server: &PrivateServer, authority: &Authority, host: &str) -> [&'static str; 6] {
    let mut row = [""; 6];
    for (cell, mode) in row.iter_mut().zip(TlsMode::ALL) {
        let mut target = server.tcp_target(host);
        target.tls.mode = mode;
        if mode >= TlsMode::VerifyCa {
            target.tls.root_certificate = Some(RootCertificate::File(authority.certificate()));
        }
        *cell = opened(target).await;
    }
    row
}

#[tokio::test]
async fn every_mode_does_with_every_server_what_libpq_does() {
    const REFUSED: &str = "refused by the server";
    let (mut server, authority) = (PrivateServer::start(), Authority::new("the test's own"));
    let plain = ["plain", "plain", "plain", "given up", "given up", "given up"];
    assert_eq!(table(&server, &authority, "localhost").await, plain, "a server without TLS");
    if !server.encrypt(&authority.server(&["localhost"]), None) {
        return;
    }
    let either = ["plain", "plain", "encrypted", "encrypted", "encrypted", "encrypted"];
    assert_eq!(table(&server, &authority, "localhost").await, either, "a server with TLS");
    let other_name = ["plain", "plain", "encrypted", "encrypted", "encrypted", "given up"];
    assert_eq!(table(&server, &authority, "127.0.0.1").await, other_name, "a name that is not certified");
    let stranger = Authority::new("somebody else's");
    let other_authority = ["plain", "plain", "encrypted", "encrypted", "given up", "given up"];
    assert_eq!(
        table(&server, &stranger, "localhost").await,
        other_authority,
        "an authority that is not trusted"
    );
    server.admit(&["hostssl all all all scram-sha-256"]);
    let only_encrypted = [REFUSED, "encrypted", "encrypted", "encrypted", "encrypted", "encrypted"];
    assert_eq!(table(&server, &authority, "localhost").await, only_encrypted, "a server that insists on TLS");
    server.admit(&["hostnossl all all all scram-sha-256"]);
    let only_plain = ["plain", "plain", "plain", REFUSED, REFUSED, REFUSED];
    assert_eq!(
        table(&server, &authority, "localhost").await,
        only_plain,
        "a server that lets in nobody by TLS"
    );
}

#[tokio::test]
async fn a_root_certificate_makes_require_verify_the_chain() {
    let (mut server, authority) = (PrivateServer::start(), Authority::new("the test's own"));
    if !server.encrypt(&authority.server(&["localhost"]), None) {
        return;
    }
    let stranger = Authority::new("somebody else's");
    for (trusted, expected) in [(&authority, "encrypted"), (&stranger, "given up")] {
        let mut target = server.tcp_target("127.0.0.1");
        target.tls.mode = TlsMode::Require;
        target.tls.root_certificate = Some(RootCertificate::File(trusted.certificate()));
        assert_eq!(opened(target).await, expected);
    }
}
