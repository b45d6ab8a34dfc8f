//! libpq's parameters: their names, their variables, and what becomes of each.
//!
//! It must not give a value a meaning, and it must not show one: any of them may be a secret.

use std::collections::BTreeMap;

use super::TargetError;
use crate::environment::Environment;
use crate::nearest::nearest;

/// What becomes of a parameter.
enum Use {
    /// It ends up in the target.
    Honoured,
    /// It changes nothing that matters here, so any value is accepted and passed over: how long an idle connection is kept
    /// alive, which Kerberos service would be asked, in which order equal hosts are tried.
    Harmless,
    /// These values are what happens anyway; any other would be a demand that is not met.
    Only(&'static [&'static str]),
    /// It would change what the connection is, and it is not met.
    Never,
}

use Use::{Harmless, Honoured, Never, Only};

/// Every parameter of libpq, with its environment variable. After `PQconninfoOptions` in libpq's `fe-connect.c`.
const PARAMETERS: [(&str, Option<&str>, Use); 52] = [
    ("service", Some("PGSERVICE"), Honoured),
    ("servicefile", Some("PGSERVICEFILE"), Honoured),
    ("user", Some("PGUSER"), Honoured),
    ("password", Some("PGPASSWORD"), Honoured),
    ("passfile", Some("PGPASSFILE"), Honoured),
    ("dbname", Some("PGDATABASE"), Honoured),
    ("host", Some("PGHOST"), Honoured),
    ("hostaddr", Some("PGHOSTADDR"), Honoured),
    ("port", Some("PGPORT"), Honoured),
    ("options", Some("PGOPTIONS"), Honoured),
    ("application_name", Some("PGAPPNAME"), Honoured),
    ("fallback_application_name", None, Honoured),
    ("connect_timeout", Some("PGCONNECT_TIMEOUT"), Honoured),
    ("target_session_attrs", Some("PGTARGETSESSIONATTRS"), Honoured),
    ("sslmode", Some("PGSSLMODE"), Honoured),
    ("sslrootcert", Some("PGSSLROOTCERT"), Honoured),
    ("sslcert", Some("PGSSLCERT"), Honoured),
    ("sslkey", Some("PGSSLKEY"), Honoured),
    ("sslcertmode", Some("PGSSLCERTMODE"), Only(&["disable", "allow"])),
    ("sslnegotiation", Some("PGSSLNEGOTIATION"), Only(&["postgres"])),
    ("sslsni", Some("PGSSLSNI"), Only(&["1"])),
    ("sslcompression", Some("PGSSLCOMPRESSION"), Harmless),
    ("ssl_min_protocol_version", Some("PGSSLMINPROTOCOLVERSION"), Only(&["TLSv1", "TLSv1.1", "TLSv1.2"])),
    ("ssl_max_protocol_version", Some("PGSSLMAXPROTOCOLVERSION"), Only(&["TLSv1.3"])),
    ("min_protocol_version", Some("PGMINPROTOCOLVERSION"), Only(&["3.0"])),
    ("max_protocol_version", Some("PGMAXPROTOCOLVERSION"), Harmless),
    ("channel_binding", Some("PGCHANNELBINDING"), Only(&["disable", "prefer"])),
    ("gssencmode", Some("PGGSSENCMODE"), Only(&["disable", "prefer"])),
    ("client_encoding", Some("PGCLIENTENCODING"), Only(&["UTF8", "UTF-8", "auto"])),
    ("load_balance_hosts", Some("PGLOADBALANCEHOSTS"), Harmless),
    ("keepalives", None, Harmless),
    ("keepalives_idle", None, Harmless),
    ("keepalives_interval", None, Harmless),
    ("keepalives_count", None, Harmless),
    ("tcp_user_timeout", None, Harmless),
    ("krbsrvname", Some("PGKRBSRVNAME"), Harmless),
    ("gsslib", Some("PGGSSLIB"), Harmless),
    ("gssdelegation", Some("PGGSSDELEGATION"), Harmless),
    ("replication", None, Only(&["false", "off", "no", "0"])),
    ("sslpassword", None, Never),
    ("sslcrl", Some("PGSSLCRL"), Never),
    ("sslcrldir", Some("PGSSLCRLDIR"), Never),
    ("sslkeylogfile", None, Never),
    ("requirepeer", Some("PGREQUIREPEER"), Never),
    ("require_auth", Some("PGREQUIREAUTH"), Never),
    ("scram_client_key", None, Never),
    ("scram_server_key", None, Never),
    ("oauth_issuer", None, Never),
    ("oauth_client_id", None, Never),
    ("oauth_client_secret", None, Never),
    ("oauth_scope", None, Never),
    ("authtype", None, Harmless),
];

/// The parameter that was probably meant.
pub(super) fn suggestion(parameter: &str) -> Option<&'static str> {
    nearest(parameter, PARAMETERS.iter().map(|(keyword, ..)| *keyword))
}

/// Values of parameters, by their names. An empty value is kept: as in libpq it stands for the default, and a weaker source
/// does not fill it.
#[derive(Clone, Default)]
pub(super) struct Parameters(BTreeMap<&'static str, String>);

impl Parameters {
    /// Sets a value, over an earlier one.
    pub(super) fn set(&mut self, parameter: &str, value: String) -> Result<(), TargetError> {
        self.0.insert(known(parameter)?, value);
        Ok(())
    }

    /// Sets a value unless there is one.
    pub(super) fn fill(&mut self, parameter: &str, value: &str) -> Result<(), TargetError> {
        self.0.entry(known(parameter)?).or_insert_with(|| value.to_owned());
        Ok(())
    }

    /// Sets the values that have a variable and that no stronger source gave.
    pub(super) fn fill_from_variables(&mut self, environment: &Environment) -> Result<(), TargetError> {
        for (keyword, variable, _) in &PARAMETERS {
            let Some(variable) = *variable else { continue };
            if self.0.contains_key(keyword) {
                continue;
            }
            if let Some(value) = environment.get(variable) {
                let value = value.to_str().ok_or(TargetError::VariableNotUtf8 { name: variable })?;
                self.0.insert(keyword, value.to_owned());
            }
        }
        Ok(())
    }

    /// A value that is not empty.
    pub(super) fn get(&self, parameter: &str) -> Option<&str> {
        self.0.get(parameter).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Refuses what would be a demand that is not met.
    pub(super) fn check_supported(&self) -> Result<(), TargetError> {
        for (keyword, _, usage) in &PARAMETERS {
            let Some(value) = self.get(keyword) else { continue };
            let is_met = match usage {
                Honoured | Harmless => true,
                Only(values) => values.iter().any(|met| met.eq_ignore_ascii_case(value)),
                Never => false,
            };
            if !is_met {
                return Err(TargetError::Unsupported { parameter: keyword });
            }
        }
        Ok(())
    }
}

fn known(parameter: &str) -> Result<&'static str, TargetError> {
    let found = PARAMETERS.iter().map(|(keyword, ..)| *keyword).find(|keyword| *keyword == parameter);
    found.ok_or_else(|| TargetError::UnknownParameter { parameter: parameter.to_owned() })
}
