//! Encryption and whom to trust, from libpq's `ssl...` parameters.
//!
//! It must not open a certificate: it asks whether the file is there.

use std::path::PathBuf;

use super::parameters::Parameters;
use super::{RootCertificate, TargetError, Tls, TlsMode};
use crate::environment::Environment;

/// libpq's word for the operating system's authorities.
const SYSTEM: &str = "system";

pub(super) fn read(
    parameters: &Parameters,
    environment: &Environment,
    warnings: &mut Vec<String>,
) -> Result<Tls, TargetError> {
    let asked = parameters.get("sslmode").map(mode).transpose()?;
    let is_system = parameters.get("sslrootcert") == Some(SYSTEM);
    let usual = if is_system { TlsMode::VerifyFull } else { TlsMode::default() };
    let mode = asked.unwrap_or(usual);
    if mode == TlsMode::Disable {
        return Ok(Tls { mode, ..Tls::default() });
    }
    let files = Files { parameters, folder: environment.libpq_home().map(|home| home.join(".postgresql")) };
    let root_certificate = match (is_system, mode) {
        (true, TlsMode::VerifyFull) => Some(RootCertificate::System),
        (true, mode) => return Err(TargetError::WeakMode { mode }),
        (false, mode) => files.root_certificate(mode, warnings)?,
    };
    let (certificate, key) = files.client(warnings)?;
    let mode = match &root_certificate {
        // libpq's documentation of `require`: with a root certificate it behaves as `verify-ca`.
        Some(_) if mode == TlsMode::Require => TlsMode::VerifyCa,
        _ => mode,
    };
    Ok(Tls { mode, root_certificate, certificate, key })
}

fn mode(word: &str) -> Result<TlsMode, TargetError> {
    TlsMode::ALL
        .into_iter()
        .find(|mode| mode.as_str() == word)
        .ok_or(TargetError::Value { parameter: "sslmode", expected: "one of libpq's modes" })
}

struct Files<'a> {
    parameters: &'a Parameters,
    /// `~/.postgresql`, where libpq looks for what is not named.
    folder: Option<PathBuf>,
}

impl Files<'_> {
    fn root_certificate(
        &self,
        mode: TlsMode,
        warnings: &mut Vec<String>,
    ) -> Result<Option<RootCertificate>, TargetError> {
        let found = self.find("sslrootcert", "root.crt", warnings);
        if found.is_none() && mode >= TlsMode::VerifyCa {
            return Err(TargetError::NoRootCertificate {
                mode,
                looked_for: self.name("sslrootcert", "root.crt"),
            });
        }
        Ok(found.map(RootCertificate::File))
    }

    fn client(&self, warnings: &mut Vec<String>) -> Result<(Option<PathBuf>, Option<PathBuf>), TargetError> {
        if self.parameters.get("sslcertmode") == Some("disable") {
            return Ok((None, None));
        }
        let Some(certificate) = self.find("sslcert", "postgresql.crt", warnings) else {
            return Ok((None, None));
        };
        match self.name("sslkey", "postgresql.key").filter(|key| key.is_file()) {
            Some(key) => Ok((Some(certificate), Some(key))),
            None => Err(TargetError::NoKey { certificate }),
        }
    }

    /// The file that is named or the usual one, if it is there. libpq passes over a file that is not; we say so.
    fn find(&self, parameter: &str, usual: &str, warnings: &mut Vec<String>) -> Option<PathBuf> {
        let file = self.name(parameter, usual)?;
        if file.is_file() {
            return Some(file);
        }
        if self.parameters.get(parameter).is_some() {
            warnings.push(format!("`{parameter}` names `{}`, which is not a file", file.display()));
        }
        None
    }

    fn name(&self, parameter: &str, usual: &str) -> Option<PathBuf> {
        let named = self.parameters.get(parameter).map(PathBuf::from);
        named.or_else(|| self.folder.as_ref().map(|folder| folder.join(usual)))
    }
}
