//! The way out of each reason for which a server does not let somebody in, as a command where there is one.

use std::error::Error as _;
use std::io::ErrorKind;

use crosstrack_database::{ConnectError, ServerError};

use crate::platform::Platform;

/// What can be done about it, here.
pub fn connection_remedies(error: &ConnectError, platform: Platform) -> Vec<String> {
    match error {
        ConnectError::Unreachable { server, source } => unreachable(server, source.kind(), platform),
        ConnectError::TimedOut { .. } => {
            vec![
                "check host and port, and that no firewall is between; `connect_timeout=<seconds>` in the URL waits longer".into(),
            ]
        }
        ConnectError::Refused { database, source } => refused(&Named::of(database), source),
        ConnectError::Failed { .. } | ConnectError::Driver { .. } => vec![failed(error).into()],
        ConnectError::TlsSettings { .. } => vec!["check `sslrootcert`, `sslcert` and `sslkey`".into()],
        ConnectError::Unsuitable { .. } | ConnectError::Inquiry { .. } => {
            vec!["name the right host, or leave `target_session_attrs` out".into()]
        }
    }
}

/// What gives a user the right to create in a schema, where a message of the server is about that.
pub fn schema_remedy(error: &ServerError) -> Option<String> {
    let is_about_public = error.code == "42501" && error.message.ends_with("schema public");
    is_about_public.then(|| {
        "since PostgreSQL 15 only the database's owner creates in the schema `public`; as its owner: \
         `GRANT CREATE ON SCHEMA public TO <user>`"
            .to_owned()
    })
}

fn unreachable(server: &str, kind: ErrorKind, platform: Platform) -> Vec<String> {
    let is_socket = server.contains("/.s.PGSQL.");
    match kind {
        // The name has no address. For a socket it is the file that is not there.
        ErrorKind::NotFound if !is_socket => {
            vec![
                "nobody knows this host: check its spelling in DATABASE_URL or PGHOST, and the name service"
                    .into(),
            ]
        }
        ErrorKind::PermissionDenied => {
            vec![
                "this user may not open the socket: ask by TCP, with a host in the URL such as `127.0.0.1`"
                    .into(),
            ]
        }
        ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable => {
            vec!["no way leads to this host from here: check the network, the VPN and the firewall".into()]
        }
        _ => vec![
            format!("is the server running there? {}", platform.start_server()),
            "or name another database with DATABASE_URL, or unset it and use the development server".into(),
        ],
    }
}

fn failed(error: &ConnectError) -> &'static str {
    let causes = || std::iter::successors(error.source(), |cause| (*cause).source()).map(ToString::to_string);
    // rustls has many words for it, and all begin so.
    if causes().any(|cause| cause.starts_with("invalid peer certificate")) {
        return "somebody else may have answered: see who it is before anything else. A sound server has a certificate for the name \
                that the settings say, signed by an authority in `sslrootcert`";
    }
    if causes().any(|cause| cause == "server does not support TLS") {
        return "the server has no TLS: switch it on there, `ALTER SYSTEM SET ssl = on` with a certificate, or ask for none with \
                `sslmode=disable`, on a network that you trust";
    }
    "if it is about TLS: `sslmode=disable` asks for none, `sslrootcert=<file>` names the authority to trust"
}

/// By SQLSTATE: <https://www.postgresql.org/docs/current/errcodes-appendix.html>. Words of the server's are looked at only where a code
/// has several meanings, for it may speak another language.
fn refused(named: &Named, error: &ServerError) -> Vec<String> {
    let Named { user, name, beside } = named;
    match error.code.as_str() {
        "28P01" => vec![
            "the password is wrong: check the URL, PGPASSWORD or the password file".into(),
            format!("or give the user another one, as a superuser: `ALTER ROLE \"{user}\" PASSWORD '...'`"),
        ],
        "28000" if error.message.contains("pg_hba.conf") => not_admitted(named, &error.message),
        "28000" => vec![
            format!("the role may be missing: `createuser --pwprompt {user}`, or `CREATE ROLE \"{user}\" LOGIN PASSWORD '...'`"),
            format!("or it may not sign in: `ALTER ROLE \"{user}\" LOGIN`"),
        ],
        "3D000" => vec![
            format!("create it: `crosstrack create-database`, `crosstrack up --create`, or `createdb --maintenance-db='{beside}' {name}`; or name another one"),
        ],
        "42501" => vec![format!(
            "this user may not connect to this database: `GRANT CONNECT ON DATABASE \"{name}\" TO \"{user}\"`"
        )],
        "53300" => vec![
            "the server, the database or the role has no free connections: wait, or close idle sessions (`SELECT pid, usename, \
             application_name, state_change FROM pg_stat_activity WHERE state = 'idle' ORDER BY state_change`)"
                .into(),
            "or allow more: `ALTER SYSTEM SET max_connections = 200` and a restart, or a pooler in front".into(),
        ],
        "57P03" => vec!["the server is starting up or shutting down: try again in a moment".into()],
        "08P01" => vec![
            "a pooler may have said this: look whether it knows the database and the user (PgBouncer: `[databases]`, `auth_file`)".into(),
        ],
        _ => Vec::new(),
    }
}

/// No line of `pg_hba.conf` is for somebody like this.
fn not_admitted(named: &Named, message: &str) -> Vec<String> {
    let Named { user, name, .. } = named;
    let mut remedies = Vec::new();
    if message.contains("no encryption") {
        remedies.push("the server may let nobody in without encryption: add `sslmode=require` to the URL, or `verify-full`".into());
    }
    remedies.push(format!(
        "pg_hba.conf has no line for this: add `host {name} {user} <address>/32 scram-sha-256` (`SHOW hba_file` says where), then \
         `SELECT pg_reload_conf()`"
    ));
    remedies
}

/// The names in a URL without its password, as [`crosstrack_settings::Target::redacted`] writes it.
struct Named {
    user: String,
    name: String,
    /// The same server's database `postgres`.
    beside: String,
}

impl Named {
    fn of(redacted: &str) -> Self {
        let (base, parameters) = redacted.split_once('?').unwrap_or((redacted, ""));
        let (server, name) = base.rsplit_once('/').unwrap_or((base, ""));
        let user = server.rsplit_once('/').map_or(server, |(_, rest)| rest);
        let user = user.split('@').next().unwrap_or_default();
        let parameters = if parameters.is_empty() { String::new() } else { format!("?{parameters}") };
        Self {
            user: plain(user, "<user>"),
            name: plain(name, "<database>"),
            beside: format!("{server}/postgres{parameters}"),
        }
    }
}

/// A name that can stand in a command as it is; others are for the person to write.
fn plain(name: &str, otherwise: &str) -> String {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c));
    if is_plain { name.to_owned() } else { otherwise.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{Named, refused, schema_remedy};
    use crosstrack_database::ServerError;

    fn remedies(code: &str, message: &str) -> String {
        let named = Named::of("postgresql://ada@db.example:5433/shop?sslmode=require");
        let error = ServerError { code: code.into(), message: message.into(), ..ServerError::default() };
        refused(&named, &error).join("; ")
    }

    #[test]
    fn a_refusal_names_the_command_that_mends_it() {
        assert!(remedies("28P01", "").contains("`ALTER ROLE \"ada\" PASSWORD '...'`"));
        assert!(remedies("28000", "role \"ada\" does not exist").contains("`createuser --pwprompt ada`"));
        let hba = "no pg_hba.conf entry for host \"::1\", user \"ada\", database \"shop\", no encryption";
        assert!(remedies("28000", hba).starts_with("the server may let nobody in without encryption"));
        assert!(remedies("28000", hba).contains("`host shop ada <address>/32 scram-sha-256`"));
        let create =
            "`createdb --maintenance-db='postgresql://ada@db.example:5433/postgres?sslmode=require' shop`";
        assert!(remedies("3D000", "").contains(create), "{}", remedies("3D000", ""));
        assert!(remedies("42501", "").contains("`GRANT CONNECT ON DATABASE \"shop\" TO \"ada\"`"));
        assert!(remedies("53300", "").contains("max_connections"));
        assert!(remedies("57P03", "").contains("in a moment"));
        assert_eq!(remedies("XX000", ""), "");
    }

    #[test]
    fn names_that_need_quoting_are_left_to_the_person() {
        let named = Named::of("postgresql://a%20b@/x%27y?host=/run/postgresql&port=5432");
        assert_eq!((named.user.as_str(), named.name.as_str()), ("<user>", "<database>"));
        assert_eq!(named.beside, "postgresql://a%20b@/postgres?host=/run/postgresql&port=5432");
    }

    #[test]
    fn the_schema_public_is_its_owners_since_postgresql_15() {
        let error = |message: &str| ServerError {
            code: "42501".into(),
            message: message.into(),
            ..ServerError::default()
        };
        assert!(schema_remedy(&error("permission denied for schema public")).is_some());
        assert!(schema_remedy(&error("permission denied for table public")).is_none());
    }
}
