//! Whether the connection is encrypted, and with whom.

use crosstrack_database::{Endpoint, QueryError, Row};
use crosstrack_settings::TlsMode;

use crate::check::{Check, Ground};
use crate::diagnosis::Judgement;

pub(crate) struct Encryption;

impl Check for Encryption {
    fn name(&self) -> &'static str {
        "encryption"
    }

    fn sql(&self, _: &Ground<'_>) -> String {
        "SELECT coalesce(version, '') AS version, coalesce(cipher, '') AS cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()".into()
    }

    /// A pooler's connection to the server is another one: whether ours is encrypted, this side knows.
    fn judge(&self, rows: &[Row], ground: &Ground<'_>) -> Result<Judgement, QueryError> {
        let (is_encrypted, is_near) = match ground.endpoint {
            Endpoint::Socket { .. } => (false, true),
            Endpoint::Tcp { address, encrypted, .. } => (*encrypted, address.is_loopback()),
        };
        if !is_encrypted && is_near {
            return Ok(Judgement::ok("none, and none needed: the server is on this machine"));
        }
        if !is_encrypted {
            return Ok(Judgement::warning("the connection is not encrypted, and goes over a network").remedy(
                "`sslmode=verify-full` asks for it; the server has it after `ALTER SYSTEM SET ssl = on`, with a certificate",
            ));
        }
        let mode = ground.target.tls.mode;
        let mut says = format!("sslmode={}", mode.as_str());
        if let Some(row) = rows.first() {
            says += &format!(", {} {}", row.text("version")?, row.text("cipher")?);
        }
        if mode >= TlsMode::VerifyCa || is_near {
            return Ok(Judgement::ok(says.trim_end()));
        }
        Ok(Judgement::warning(format!("{}: nobody looks who answers", says.trim_end())).remedy(
            "`sslmode=verify-full` with `sslrootcert=<file>` or `sslrootcert=system` looks at the certificate",
        ))
    }
}
