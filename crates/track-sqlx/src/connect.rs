//! The resolved connection in sqlx's own terms, every value explicit, so that sqlx reads no variable of its own.

use std::net::IpAddr;

use crosstrack_database::{Database, Endpoint};
use crosstrack_settings::{Host, RootCertificate, Target, TlsMode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Builds the options for a session of a track.
///
/// # Errors
/// When sqlx cannot read the server options that were given.
pub(crate) fn options(database: &Database, application: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let target = database.target();
    let mut options =
        base(database)?.username(&target.user).database(&target.database).application_name(application);
    if let Some(password) = &target.password {
        options = options.password(password.expose());
    }
    Ok(match database.endpoint() {
        Endpoint::Socket { directory, port } => {
            options.socket(directory).port(*port).ssl_mode(PgSslMode::Disable)
        }
        Endpoint::Tcp { address, port, encrypted: false, .. } => {
            options.host(&address.to_string()).port(*port).ssl_mode(PgSslMode::Disable)
        }
        Endpoint::Tcp { name, address, port, encrypted: true } => {
            // sqlx has one value for whom to call and whom to expect. The name, not the address: certificates are verified
            // against it. Where nobody verifies it, an address that was given stands for a name that may have none.
            let is_expected = target.tls.mode == TlsMode::VerifyFull || !is_given(*address, target);
            let host = if is_expected { name.clone() } else { address.to_string() };
            with_tls(options.host(&host).port(*port), target)
        }
    })
}

/// Whether the settings name the address (`hostaddr`), so that the host's name need not have one.
fn is_given(address: IpAddr, target: &Target) -> bool {
    target
        .hosts
        .iter()
        .any(|host| matches!(host, Host::Tcp { address: Some(given), .. } if *given == address))
}

/// sqlx takes libpq's `options` as a whole only from a URL.
fn base(database: &Database) -> Result<PgConnectOptions, sqlx::Error> {
    let options = database.target().options.as_deref().unwrap_or_default();
    let options = utf8_percent_encode(options, NON_ALPHANUMERIC);
    let options: PgConnectOptions = format!("postgres://localhost/?options={options}").parse()?;
    Ok(if database.is_behind_pooler() {
        // A pooler refuses a parameter that it does not know, and would give a prepared statement to somebody else.
        options.extra_float_digits(None).statement_cache_capacity(0)
    } else {
        options
    })
}

fn with_tls(options: PgConnectOptions, target: &Target) -> PgConnectOptions {
    let has_root = matches!(target.tls.root_certificate, Some(RootCertificate::File(_)));
    let mut options = options.ssl_mode(match target.tls.mode {
        TlsMode::VerifyFull => PgSslMode::VerifyFull,
        TlsMode::VerifyCa => PgSslMode::VerifyCa,
        // As libpq: a root certificate that is there is used.
        TlsMode::Require if has_root => PgSslMode::VerifyCa,
        _ => PgSslMode::Require,
    });
    if let Some(RootCertificate::File(path)) = &target.tls.root_certificate {
        options = options.ssl_root_cert(path);
    }
    if let (Some(certificate), Some(key)) = (&target.tls.certificate, &target.tls.key) {
        options = options.ssl_client_cert(certificate).ssl_client_key(key);
    }
    options
}
