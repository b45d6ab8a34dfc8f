//! Encryption from the URL to both tracks, and what a person reads when the server cannot prove who it is.

use crosstrack_testkit::{Authority, PrivateServer};
use expect_test::expect;

use crate::scene::Scene;

/// A script that keeps whether the session it runs in is encrypted.
const KEEPS: &str = "insert into kept select '{}', ssl from pg_stat_ssl where pid = pg_backend_pid();\n";

/// A project, and a server that has a certificate for `localhost` and lets in nobody without encryption.
struct Stage {
    scene: Scene,
    server: PrivateServer,
    authority: Authority,
}

impl Stage {
    /// Nothing where PostgreSQL was built without TLS.
    fn new() -> Option<Self> {
        let (mut server, authority) = (PrivateServer::start(), Authority::new("the test's own"));
        if !server.encrypt(&authority.server(&["localhost"]), None) {
            return None;
        }
        server.admit(&["hostssl all all all scram-sha-256"]);
        let mut scene = Scene::with_migrations();
        scene.hide(authority.certificate().parent()?.display().to_string(), "[authority]");
        scene.hide(format!("localhost:{}", server.running().port), "localhost:[port]");
        let mut stage = Self { scene, server, authority };
        stage.sign_in("localhost", "verify-full");
        Some(stage)
    }

    /// Names the server by this name, and asks for this much.
    fn sign_in(&mut self, host: &str, mode: &str) {
        let url = self.server.running().url().replace("127.0.0.1", host);
        let root = self.authority.certificate();
        self.scene.set("DATABASE_URL", &format!("{url}?sslmode={mode}&sslrootcert={}", root.display()));
    }
}

#[test]
fn verify_full_works_for_both_tracks_and_the_backup() {
    let Some(stage) = Stage::new() else { return };
    stage.server.rows("create table kept (track text, ssl boolean)");
    for (track, label) in [("auth", "20250105000000_kept"), ("cms", "20250106000000_kept")] {
        let script = KEEPS.replace("{}", track);
        if track == "auth" {
            stage.scene.diesel(label, &script, &script);
        } else {
            stage.scene.sqlx(label, &script, &script);
        }
    }
    stage.scene.run("up").exits(0);
    assert_eq!(stage.server.rows("select * from kept order by 1"), ["auth|t", "cms|t"]);
    stage.scene.settle("rollback = \"automatic\"", "rollback = \"backup\"");
    stage.scene.run("down --steps 4").exits(0);
    assert_eq!(stage.server.rows("select * from kept order by 1"), ["auth|t", "auth|t", "cms|t", "cms|t"]);
    assert_eq!(stage.scene.backups().len(), 1);
    stage.scene.run("status").exits(0);
}

#[test]
fn an_authority_that_is_not_trusted_is_refused() {
    let Some(mut stage) = Stage::new() else { return };
    let stranger = Authority::new("somebody else's");
    assert!(stage.server.encrypt(&stranger.server(&["localhost"]), None));
    stage.scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the connection to localhost:[port] (127.0.0.1) failed
          because: error performing TLS handshake
          because: invalid peer certificate: UnknownIssuer
          changed: nothing
             next: somebody else may have answered: see who it is before anything else. A sound server has a certificate for the name that the settings say, signed by an authority in `sslrootcert`
        [exit 5]
    "#]]);
    stage.sign_in("localhost", "verify-ca");
    stage.scene.run("up").exits(5);
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let Some(mut stage) = Stage::new() else { return };
    stage.sign_in("127.0.0.1", "verify-full");
    stage.scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the connection to 127.0.0.1:[port] failed
          because: error performing TLS handshake
          because: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")
          changed: nothing
             next: somebody else may have answered: see who it is before anything else. A sound server has a certificate for the name that the settings say, signed by an authority in `sslrootcert`
        [exit 5]
    "#]]);
    stage.sign_in("127.0.0.1", "verify-ca");
    stage.scene.run("up").exits(0);
}

#[test]
fn a_server_that_insists_on_encryption_says_so() {
    let Some(mut stage) = Stage::new() else { return };
    stage.sign_in("localhost", "disable");
    stage.scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the server refused to open postgresql://developer@localhost:[port]/crosstrack
          because: no pg_hba.conf entry for host "127.0.0.1", user "developer", database "crosstrack", no encryption (SQLSTATE 28000)
          changed: nothing
             next: the server may let nobody in without encryption: add `sslmode=require` to the URL, or `verify-full`
             next: pg_hba.conf has no line for this: add `host crosstrack developer <address>/32 scram-sha-256` (`SHOW hba_file` says where), then `SELECT pg_reload_conf()`
        [exit 5]
    "#]]);
}

#[test]
fn a_root_certificate_that_is_none_is_a_mistake_in_the_settings() {
    let Some(mut stage) = Stage::new() else { return };
    stage.scene.write("root.crt", "no certificate");
    let url = stage.server.running().url();
    stage.scene.set("DATABASE_URL", &format!("{url}?sslmode=verify-full&sslrootcert=root.crt"));
    stage.scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the TLS settings for 127.0.0.1:[port] cannot be used
          because: the root certificate cannot be used
          because: no root trust anchors were provided
          changed: nothing
             next: check `sslrootcert`, `sslcert` and `sslkey`
        [exit 2]
    "#]]);
    stage.scene.remove("root.crt");
    stage.scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the database named by DATABASE_URL is not understood
          because: `sslmode=verify-full` needs a root certificate
             next: `root.crt` does not exist; name a file with `sslrootcert`, or trust the operating system's with `sslrootcert=system`
        [exit 2]
    "#]]);
}

#[test]
fn encryption_that_the_server_does_not_have_is_refused() {
    let mut scene = Scene::with_migrations();
    let url = scene.database.url();
    scene.set("DATABASE_URL", &format!("{url}?sslmode=require"));
    scene.run("up").shows(&expect![[r#"
        $ crosstrack up
        [stderr]
        error: the connection to 127.0.0.1:[port] failed
          because: error performing TLS handshake
          because: server does not support TLS
          changed: nothing
             next: the server has no TLS: switch it on there, `ALTER SYSTEM SET ssl = on` with a certificate, or ask for none with `sslmode=disable`, on a network that you trust
        [exit 5]
    "#]]);
    scene.set("DATABASE_URL", &format!("{url}?sslmode=prefer"));
    scene.run("up").exits(0);
}
