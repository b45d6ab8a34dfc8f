//! Whether the connection is encrypted, and with whom.

use crosstrack_database::{QueryError, Row};
use crosstrack_settings::{Host, TlsMode};

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Encryption;

impl Check for Encryption {
    fn name(&self) -> &'static str {
        "encryption"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()".into()
    }

    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError> {
        let mode = ground.target.tls.mode;
        let Some(row) = rows.first() else { return Ok(Judgement::skipped("the server did not say")) };
        if row.truth("ssl")? {
            let says =
                format!("{}, {}, sslmode={}", row.text("version")?, row.text("cipher")?, mode.as_str());
            let is_verified = mode >= TlsMode::VerifyCa;
            return Ok(if is_verified || is_near(ground) {
                Judgement::ok(says)
            } else {
                Judgement::warning(format!("{says}: nobody looks who answers")).remedy(
                    "`sslmode=verify-full` with `sslrootcert=<file>` or `sslrootcert=system` looks at the certificate",
                )
            });
        }
        Ok(if is_near(ground) {
            Judgement::ok("none, and none needed: the server is on this machine")
        } else {
            Judgement::warning("the connection is not encrypted, and goes over a network").remedy(
                "`sslmode=verify-full` asks for it; the server has it after `ALTER SYSTEM SET ssl = on`, with a certificate",
            )
        })
    }
}

/// Whether nobody could listen: a socket, or this machine's own address.
fn is_near(ground: &Ground<'_>) -> bool {
    ground.target.hosts.iter().all(|host| match host {
        Host::Socket { .. } => true,
        Host::Tcp { name, address, .. } => {
            address.is_some_and(|address| address.is_loopback())
                || name == "localhost"
                || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    })
}
