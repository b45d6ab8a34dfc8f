//! A target as libpq's variables, for programs such as `psql` and `pg_dump`.
//!
//! The password must not be among them: an environment can be read for as long as the program runs. Every variable that could
//! hold it is unset.

use super::{Host, RootCertificate, SessionAttributes, Target};

/// libpq's variables for a target. Every variable that could bend the meaning is among them: an empty one is unset.
pub(super) fn of(target: &Target) -> Vec<(&'static str, String)> {
    let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
    let tls = &target.tls;
    let root = tls.root_certificate.as_ref().map(|root| match root {
        RootCertificate::File(file) => path(file),
        RootCertificate::System => "system".to_owned(),
    });
    let attributes = target.target_session_attributes;
    let timeout = target.connect_timeout.map(|timeout| timeout.as_secs().to_string());
    let attributes = (attributes != SessionAttributes::Any).then(|| attributes.as_str().to_owned());
    vec![
        ("PGHOST", join(target, name)),
        ("PGHOSTADDR", addresses(target)),
        ("PGPORT", join(target, port)),
        ("PGDATABASE", target.database.clone()),
        ("PGUSER", target.user.clone()),
        ("PGPASSWORD", String::new()),
        ("PGPASSFILE", String::new()),
        ("DATABASE_URL", String::new()),
        ("PGSSLMODE", tls.mode.as_str().to_owned()),
        ("PGSSLROOTCERT", root.unwrap_or_default()),
        ("PGSSLCERT", tls.certificate.as_ref().map(path).unwrap_or_default()),
        ("PGSSLKEY", tls.key.as_ref().map(path).unwrap_or_default()),
        ("PGOPTIONS", target.options.clone().unwrap_or_default()),
        ("PGAPPNAME", target.application_name.clone().unwrap_or_default()),
        ("PGCONNECT_TIMEOUT", timeout.unwrap_or_default()),
        ("PGTARGETSESSIONATTRS", attributes.unwrap_or_default()),
        ("PGSERVICE", String::new()),
        ("PGSERVICEFILE", String::new()),
    ]
}

fn join(target: &Target, part: impl Fn(&Host) -> String) -> String {
    target.hosts.iter().map(part).collect::<Vec<_>>().join(",")
}

fn name(host: &Host) -> String {
    match host {
        Host::Tcp { name, .. } => name.clone(),
        Host::Socket { directory, .. } => directory.to_string_lossy().into_owned(),
    }
}

fn port(host: &Host) -> String {
    match host {
        Host::Tcp { port, .. } | Host::Socket { port, .. } => port.to_string(),
    }
}

/// Addresses that differ from the names. A socket's place in the list stays empty.
fn addresses(target: &Target) -> String {
    let address = |host: &Host| match host {
        Host::Tcp { name, address: Some(address), .. } if address.to_string() != *name => address.to_string(),
        _ => String::new(),
    };
    let addresses = join(target, address);
    if addresses.chars().all(|c| c == ',') { String::new() } else { addresses }
}
