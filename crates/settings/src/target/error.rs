//! Why the description of a database is not understood.
//!
//! No text here may hold a password or a whole URL: what is shown has gone through `redact.rs`.

use std::path::PathBuf;

use super::TlsMode;

/// Why the description of a database is not understood.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// Neither a URL nor a `key=value` string.
    #[error("it is neither a `postgresql://` URL nor a `key=value` string")]
    NotAUrl,
    /// A URL of something else.
    #[error("it is a URL for `{scheme}`, not for `postgresql`")]
    OtherScheme {
        /// The scheme.
        scheme: String,
    },
    /// A part of a URL is malformed.
    #[error("in `{shown}`, {what}")]
    Url {
        /// The URL without what may be secret.
        shown: String,
        /// The part and what is wrong with it.
        what: &'static str,
    },
    /// A `key=value` string is malformed.
    #[error("in the `key=value` string, {what}")]
    KeyValue {
        /// The part and what is wrong with it.
        what: &'static str,
    },
    /// A parameter that libpq does not have.
    #[error("unknown parameter `{parameter}`")]
    UnknownParameter {
        /// The parameter.
        parameter: String,
    },
    /// A parameter that cannot be honoured.
    #[error("the parameter `{parameter}` cannot be honoured with this value")]
    Unsupported {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter's value is not one of those that it can have.
    #[error("the parameter `{parameter}` has to be {expected}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// There are several hosts and not as many of something else.
    #[error("there are {hosts} hosts and {others} values of `{parameter}`")]
    Count {
        /// How many hosts.
        hosts: usize,
        /// The parameter.
        parameter: &'static str,
        /// How many values it has.
        others: usize,
    },
    /// A variable is not UTF-8.
    #[error("the variable `{name}` is not UTF-8")]
    VariableNotUtf8 {
        /// The variable.
        name: &'static str,
    },
    /// Nobody says who signs in.
    #[error("no user is named, and the operating system does not say who you are")]
    NoUser,
    /// A service is not described anywhere.
    #[error("the service `{service}` is in no service file")]
    UnknownService {
        /// The service.
        service: String,
        /// The files that were looked at.
        files: Vec<PathBuf>,
    },
    /// A file that is named cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A service file has a mistake.
    #[error("line {line} of `{}` {what}", .path.display())]
    ServiceFile {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        what: &'static str,
    },
    /// The mode demands a root certificate and there is none.
    #[error("`sslmode={}` needs a root certificate", .mode.as_str())]
    NoRootCertificate {
        /// The mode.
        mode: TlsMode,
        /// The file that was named or looked for.
        looked_for: Option<PathBuf>,
    },
    /// `sslrootcert=system` with a mode that does not check the host.
    #[error("`sslrootcert=system` needs `sslmode=verify-full`, not `{}`", .mode.as_str())]
    WeakMode {
        /// The mode.
        mode: TlsMode,
    },
    /// A client's certificate without its key.
    #[error("the client certificate `{}` has no key", .certificate.display())]
    NoKey {
        /// The certificate.
        certificate: PathBuf,
    },
}

impl TargetError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotAUrl | Self::OtherScheme { .. } => "postgresql://user@host:5432/database".to_owned(),
            Self::Url { .. } => {
                "characters such as `@ : / ? % #` in a user or a password are written `%40 %3A %2F %3F %25 %23`"
                    .to_owned()
            }
            Self::KeyValue { .. } => "a value with spaces stands in single quotes: password='two words'".to_owned(),
            Self::UnknownParameter { parameter } => match super::parameters::suggestion(parameter) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "libpq has no such parameter; leave it out".to_owned(),
            },
            Self::Unsupported { parameter: "channel_binding" | "sslcrl" | "sslcrldir" } => {
                "`sslmode=verify-full` with `sslrootcert` tells the server from an impostor".to_owned()
            }
            Self::Unsupported { .. } => "leave it out".to_owned(),
            Self::Count { .. } => "give one for each host, or one for all ports".to_owned(),
            Self::NoUser => "name one: `postgresql://user@host/database`, or PGUSER".to_owned(),
            Self::UnknownService { files, .. } => looked_at(files),
            Self::NoRootCertificate { looked_for, .. } => no_root_certificate(looked_for.as_ref()),
            Self::WeakMode { .. } => "leave `sslmode` out: it is `verify-full` then".to_owned(),
            Self::NoKey { .. } => "name the key with `sslkey`".to_owned(),
            Self::Value { parameter, .. } => return super::values_of(parameter),
            Self::VariableNotUtf8 { .. } | Self::Unreadable { .. } | Self::ServiceFile { .. } => return None,
        };
        Some(hint)
    }
}

fn looked_at(files: &[PathBuf]) -> String {
    let files: Vec<String> = files.iter().map(|file| format!("`{}`", file.display())).collect();
    if files.is_empty() {
        "there is no service file; PGSERVICEFILE names one".to_owned()
    } else {
        format!("looked at {}", files.join(", "))
    }
}

fn no_root_certificate(looked_for: Option<&PathBuf>) -> String {
    let way = "name a file with `sslrootcert`, or trust the operating system's with `sslrootcert=system`";
    match looked_for {
        Some(file) => format!("`{}` does not exist; {way}", file.display()),
        None => way.to_owned(),
    }
}
