//! Encryption and who is who: what crosstrack's own session verified, the ORM's driver verifies too.
//!
//! Each case has a server of its own with an authority of the test's. Where PostgreSQL was built without TLS, a case shows
//! nothing.

use std::time::Duration;

use crosstrack_database::{ConnectError, Database};
use crosstrack_settings::{Host, RootCertificate, Secret, Target, TlsMode};
use crosstrack_track::TrackSession;

use super::Subject;
use super::stage::Stage;
use crate::authority::Authority;
use crate::private_server::PrivateServer;

/// A server that lets in who comes encrypted, and whom it belongs to.
struct Encrypted {
    subject: Subject,
    server: PrivateServer,
    authority: Authority,
}

impl Encrypted {
    /// A server with a certificate for `localhost`.
    fn new(subject: Subject, admitted: &str) -> Option<Self> {
        let (mut server, authority) = (PrivateServer::start(), Authority::new("the test's own"));
        if !server.encrypt(&authority.server(&["localhost"]), Some(&authority.certificate())) {
            return None;
        }
        server.admit(&[admitted]);
        Some(Self { subject, server, authority })
    }

    fn target(&self, mode: TlsMode, host: &str) -> Target {
        let mut target = self.server.tcp_target(host);
        target.tls.mode = mode;
        target.tls.root_certificate = Some(RootCertificate::File(self.authority.certificate()));
        target.connect_timeout = Some(Duration::from_secs(20));
        target
    }

    async fn open(&self, database: &Database) -> Result<Box<dyn TrackSession>, ConnectError> {
        let folder = (self.subject.folder)(&[]);
        self.subject.adapter.open(database, &folder.track("track")).await
    }

    /// A database that crosstrack's own session could be opened on.
    async fn database(&self, target: Target) -> Database {
        let connected = Database::connect(target, "crosstrack-tests".to_owned()).await;
        connected.expect("the server proves who it is").0
    }

    /// Whether the track's session is encrypted, as the server sees it.
    fn is_encrypted(&self) -> String {
        let sessions = "select ssl from pg_stat_ssl join pg_stat_activity using (pid) \
                        where application_name like '%track=track%'";
        self.server.rows(sessions).join(",")
    }
}

pub async fn a_server_that_proves_itself_is_served_encrypted(subject: Subject) {
    let Some(stage) = Encrypted::new(subject, "hostssl all all all scram-sha-256") else { return };
    for (mode, host) in [
        (TlsMode::VerifyFull, "localhost"),
        // The certificate is not for this host, and nobody asked.
        (TlsMode::VerifyCa, "127.0.0.1"),
        (TlsMode::Require, "127.0.0.1"),
        (TlsMode::Prefer, "127.0.0.1"),
        (TlsMode::Allow, "127.0.0.1"),
    ] {
        let database = stage.database(stage.target(mode, host)).await;
        let session = stage.open(&database).await;
        assert!(session.is_ok(), "{mode:?}: {:?}", session.err());
        assert_eq!(stage.is_encrypted(), "t", "{mode:?}");
    }
}

pub async fn an_address_that_is_given_serves_for_a_name_without_one(subject: Subject) {
    let Some(stage) = Encrypted::new(subject, "hostssl all all all scram-sha-256") else { return };
    for mode in [TlsMode::VerifyCa, TlsMode::Require] {
        let mut target = stage.target(mode, "nobody.invalid");
        let port = stage.server.running().port;
        let address = Some(std::net::Ipv4Addr::LOCALHOST.into());
        target.hosts = vec![Host::Tcp { name: "nobody.invalid".to_owned(), address, port }];
        let database = stage.database(target).await;
        let session = stage.open(&database).await;
        assert!(session.is_ok(), "{mode:?}: {:?}", session.err());
    }
}

pub async fn a_server_that_cannot_prove_itself_is_refused_by_the_driver_too(subject: Subject) {
    let Some(mut stage) = Encrypted::new(subject, "hostssl all all all scram-sha-256") else { return };
    let full = stage.database(stage.target(TlsMode::VerifyFull, "localhost")).await;
    let chain = stage.database(stage.target(TlsMode::VerifyCa, "localhost")).await;
    // Somebody else takes the server's place after crosstrack's own session was opened.
    let other_host = stage.authority.server(&["somewhere.else"]);
    assert!(stage.server.encrypt(&other_host, None));
    let refusal = stage.open(&full).await.err().expect("the certificate is for another host");
    assert!(is_about_certificate(&refusal), "{refusal:?}");
    assert!(stage.open(&chain).await.is_ok(), "`verify-ca` does not ask for the name");
    let other_authority = Authority::new("somebody else's");
    assert!(stage.server.encrypt(&other_authority.server(&["localhost"]), None));
    for database in [&full, &chain] {
        let refusal = stage.open(database).await.err().expect("the authority is not trusted");
        assert!(is_about_certificate(&refusal), "{refusal:?}");
    }
}

pub async fn a_client_signs_in_by_its_certificate(subject: Subject) {
    let Some(stage) = Encrypted::new(subject, "hostssl all all all cert") else { return };
    let mut target = stage.target(TlsMode::VerifyFull, "localhost");
    target.password = None;
    let without = Database::connect(target.clone(), "crosstrack-tests".to_owned()).await;
    assert!(matches!(without, Err(ConnectError::Refused { .. } | ConnectError::Failed { .. })));
    let credentials = stage.authority.client(&target.user);
    target.tls.certificate = Some(credentials.certificate);
    target.tls.key = Some(credentials.key);
    let database = stage.database(target).await;
    let session = stage.open(&database).await;
    assert!(session.is_ok(), "{:?}", session.err());
    assert_eq!(stage.is_encrypted(), "t");
}

/// SCRAM prepares passwords by `SASLprep` (RFC 4013): compatibility forms become plain ones, soft hyphens vanish.
pub async fn a_password_of_any_characters_signs_in(subject: Subject) {
    let stage = Stage::with_script(subject, "select 1");
    let role = stage.database.role("scram", "LOGIN");
    for password in [
        "it's \"quoted\"",
        "100%25 \\ {}$1",
        "contrase\u{f1}a \u{6f22}",
        "\u{2168} I\u{ad}X \u{aa}",
        " a:b@c/d ",
        "\u{a0}",
    ] {
        stage.database.sql(&format!("alter role {role} password '{}'", password.replace('\'', "''")));
        let mut target = stage.database.tcp_target();
        target.user.clone_from(&role);
        target.password = Some(Secret::new(password));
        drop(stage.open_at(target).await);
    }
}

fn is_about_certificate(error: &ConnectError) -> bool {
    let refused = matches!(error, ConnectError::Failed { .. } | ConnectError::Driver { .. });
    let source = std::error::Error::source(error);
    let causes = std::iter::successors(source, |error| error.source()).map(ToString::to_string);
    refused && causes.collect::<String>().contains("invalid peer certificate")
}
