//! No session: what a person can do about each way in which that happens.

use std::error::Error as _;

use crosstrack_database::ConnectError;
use crosstrack_report::{Outcome, Problem};

/// No session could be opened.
pub(crate) fn connect(error: &ConnectError) -> Problem {
    let outcome = match error {
        ConnectError::TlsSettings { .. } => Outcome::Usage,
        _ => Outcome::Unreachable,
    };
    Problem::new(outcome, error).changed("nothing").hint(hint(error))
}

fn hint(error: &ConnectError) -> String {
    match error {
        ConnectError::Unreachable { .. } => unreachable_hint(),
        ConnectError::TimedOut { .. } => {
            "check host and port, and that no firewall is between; `connect_timeout=<seconds>` in the URL waits longer".into()
        }
        ConnectError::Refused { source, .. } => refused_hint(&source.code).into(),
        ConnectError::Failed { .. } | ConnectError::Driver { .. } if is_about_certificate(error) => {
            "somebody else may have answered: see who it is before anything else. A sound server has a certificate for the name \
             that the settings say, signed by an authority in `sslrootcert`"
                .into()
        }
        ConnectError::Failed { .. } | ConnectError::Driver { .. } => {
            "if it is about TLS: `sslmode=disable` asks for none, `sslrootcert=<file>` names the authority to trust".into()
        }
        ConnectError::TlsSettings { .. } => "check `sslrootcert`, `sslcert` and `sslkey`".into(),
        ConnectError::Unsuitable { .. } | ConnectError::Inquiry { .. } => {
            "name the right host, or leave `target_session_attrs` out".into()
        }
    }
}

/// rustls has many words for it, and all begin so.
fn is_about_certificate(error: &ConnectError) -> bool {
    let causes = std::iter::successors(error.source(), |cause| (*cause).source());
    causes.map(ToString::to_string).any(|cause| cause.starts_with("invalid peer certificate"))
}

fn unreachable_hint() -> String {
    let start = if cfg!(target_os = "macos") {
        "`brew services start postgresql`"
    } else if cfg!(windows) {
        "`net start postgresql-x64-15`"
    } else {
        "`systemctl start postgresql`, or `docker start` with its container"
    };
    format!(
        "is the server running there? Start it with {start}, name another database with DATABASE_URL, or unset it and use the \
         development server"
    )
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn refused_hint(code: &str) -> &'static str {
    match code {
        "28P01" => "the password is wrong: check the URL, PGPASSWORD or the password file",
        "28000" => {
            "the server does not let this user in from here: the role may be missing (`createuser`), or pg_hba.conf has no line \
             for it"
        }
        "3D000" => {
            "make it with `crosstrack up --create` or `crosstrack create-database`, or name another one"
        }
        "42501" => "this user may not connect to this database: `GRANT CONNECT ON DATABASE ... TO ...`",
        "53300" => {
            "the server has no free connections: wait, or raise max_connections, or close idle sessions"
        }
        "57P03" => "the server is starting up or shutting down: try again in a moment",
        _ => "",
    }
}
