//! libpq's connection URLs: `postgresql://user:password@host:port,host:port/database?parameter=value`.
//!
//! It must not fill in what is missing. The grammar is libpq's (`conninfo_uri_parse_options`) and not that of the `url`
//! crate, which knows neither several hosts nor an encoded socket folder as host.

use percent_encoding::percent_decode_str;

use super::TargetError;
use super::parameters::Parameters;
use super::redact::broken_url;

const SCHEMES: [&str; 2] = ["postgresql://", "postgres://"];

/// What follows the scheme, if it is one of `PostgreSQL`.
pub(super) fn without_scheme(text: &str) -> Option<&str> {
    SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme))
}

/// The parameters that a URL gives. `rest` is what follows the scheme.
pub(super) fn parse(rest: &str) -> Result<Parameters, TargetError> {
    let url = Url { rest };
    let mut parameters = Parameters::default();
    let (credentials, rest) = url.split_credentials();
    if let Some(credentials) = credentials {
        url.read_credentials(credentials, &mut parameters)?;
    }
    let (location, query) = rest.split_once('?').map_or((rest, ""), |(location, query)| (location, query));
    let (hosts, database) = location.split_once('/').unwrap_or((location, ""));
    if database.contains('@') {
        return match credentials {
            Some(_) => Err(url.broken(TWO_ENDS)),
            None if hosts.contains(':') => Err(url.broken(
                "a `/` stands before the `@`, so what should be user and password is read as a host",
            )),
            None => Err(url.broken("the database has an `@` that is not encoded")),
        };
    }
    url.read_hosts(hosts, &mut parameters)?;
    if !database.is_empty() {
        parameters.set("dbname", url.decode(database, "the database is not properly encoded")?)?;
    }
    url.read_query(query, &mut parameters)?;
    Ok(parameters)
}

const TWO_ENDS: &str = "there are two `@`, so a part of the password is read as a host";

struct Url<'u> {
    rest: &'u str,
}

impl<'u> Url<'u> {
    /// As in libpq, the first `@` before any `/` ends the credentials.
    fn split_credentials(&self) -> (Option<&'u str>, &'u str) {
        match self.rest.find(['@', '/']) {
            Some(end) if self.rest[end..].starts_with('@') => {
                (Some(&self.rest[..end]), &self.rest[end + 1..])
            }
            _ => (None, self.rest),
        }
    }

    fn read_credentials(&self, credentials: &str, parameters: &mut Parameters) -> Result<(), TargetError> {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        if !user.is_empty() {
            parameters.set("user", self.decode(user, "the user is not properly encoded")?)?;
        }
        if !password.is_empty() {
            parameters.set("password", self.decode(password, "the password is not properly encoded")?)?;
        }
        Ok(())
    }

    fn read_hosts(&self, hosts: &str, parameters: &mut Parameters) -> Result<(), TargetError> {
        let mut names = Vec::new();
        let mut ports = Vec::new();
        for host in hosts.split(',') {
            let (name, port) = self.split_host(host)?;
            if name.contains('@') {
                return Err(self.broken(TWO_ENDS));
            }
            names.push(name);
            ports.push(port);
        }
        let names = self.decode(&names.join(","), "the host is not properly encoded")?;
        let ports = self.decode(&ports.join(","), "the port is not properly encoded")?;
        if !names.is_empty() {
            parameters.set("host", names)?;
        }
        if ports.split(',').any(|port| !port.is_empty() && port.parse::<u16>().is_err()) {
            return Err(self.broken("the port is not a number from 1 to 65535"));
        }
        if !ports.is_empty() {
            parameters.set("port", ports)?;
        }
        Ok(())
    }

    fn split_host<'h>(&self, host: &'h str) -> Result<(&'h str, &'h str), TargetError> {
        let Some(bracketed) = host.strip_prefix('[') else {
            return Ok(host.split_once(':').unwrap_or((host, "")));
        };
        match bracketed.split_once(']') {
            Some(("", _)) | None => Err(self.broken("the address in square brackets is empty or has no end")),
            Some((address, "")) => Ok((address, "")),
            Some((address, rest)) => match rest.strip_prefix(':') {
                Some(port) => Ok((address, port)),
                None => Err(self.broken("after the address in square brackets comes neither `:` nor `/`")),
            },
        }
    }

    fn read_query(&self, query: &str, parameters: &mut Parameters) -> Result<(), TargetError> {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = match pair.split_once('=') {
                Some((name, value)) if !value.contains('=') => (name, value),
                _ => return Err(self.broken("a parameter after the `?` is not `name=value`")),
            };
            let name = self.decode(name, "a parameter's name is not properly encoded")?;
            let value = self.decode(value, "a parameter's value is not properly encoded")?;
            match (name.as_str(), value.as_str()) {
                // libpq's courtesies to JDBC and to its own past.
                ("ssl", "true") | ("requiressl", "1") => parameters.set("sslmode", "require".to_owned())?,
                ("requiressl", _) => parameters.set("sslmode", "prefer".to_owned())?,
                _ => match parameters.set(&name, value) {
                    // The name may be a part of a password with a `?` in it, whose end is this `@`.
                    Err(TargetError::UnknownParameter { .. }) if query.contains('@') => {
                        return Err(self.broken("an unknown parameter stands before an `@`"));
                    }
                    other => other?,
                },
            }
        }
        Ok(())
    }

    fn decode(&self, text: &str, otherwise: &'static str) -> Result<String, TargetError> {
        let is_encoded = |rest: &str| {
            let mut digits = rest.bytes().take(2).filter(u8::is_ascii_hexdigit);
            digits.next().is_some() && digits.next().is_some() && !rest.starts_with("00")
        };
        if !text.split('%').skip(1).all(is_encoded) {
            return Err(self.broken(otherwise));
        }
        match percent_decode_str(text).decode_utf8() {
            Ok(text) => Ok(text.into_owned()),
            Err(_) => Err(self.broken(otherwise)),
        }
    }

    fn broken(&self, what: &'static str) -> TargetError {
        TargetError::Url { shown: broken_url(self.rest), what }
    }
}
