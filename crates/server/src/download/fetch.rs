//! Fetching an archive from a URL or a path, and checking its digest.
//!
//! Must not open what it fetched.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::source::without_credentials;
use super::{DownloadError, Progress};
use crate::password::hexadecimal;

const CONNECT_LIMIT: Duration = Duration::from_secs(30);
const ANSWER_LIMIT: Duration = Duration::from_mins(1);
const BODY_LIMIT: Duration = Duration::from_mins(15);
const CHUNK: usize = 64 * 1024;

/// The archive as a local file: a path is used where it is, a URL is downloaded into `folder`.
pub(super) fn fetch(
    location: &str,
    folder: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<PathBuf, DownloadError> {
    if let Some(path) = location.strip_prefix("file://") {
        return Ok(local_path(path));
    }
    if !location.starts_with("http://") && !location.starts_with("https://") {
        return Ok(PathBuf::from(location));
    }
    progress(Progress::Fetching { from: without_credentials(location) });
    let path = folder.join("archive.zip");
    download(location, &path, progress)?;
    Ok(path)
}

/// Refuses any other archive than the expected one.
pub(super) fn check(archive: &Path, location: &str, expected: &str) -> Result<(), DownloadError> {
    let failed = |source| DownloadError::Read { path: archive.to_path_buf(), source };
    let mut file = File::open(archive).map_err(failed)?;
    let mut digest = Sha256::new();
    let mut chunk = vec![0_u8; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(failed)? {
            0 => break,
            length => digest.update(&chunk[..length]),
        }
    }
    let found = hexadecimal(&digest.finalize());
    if found == expected {
        return Ok(());
    }
    Err(DownloadError::WrongDigest { location: location.to_owned(), expected: expected.to_owned(), found })
}

/// `file:///C:/x` is `C:/x`.
fn local_path(path: &str) -> PathBuf {
    PathBuf::from(if cfg!(windows) { path.trim_start_matches('/') } else { path })
}

fn download(location: &str, path: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), DownloadError> {
    let request_failed =
        |source| DownloadError::Request { location: without_credentials(location), source: Box::new(source) };
    let response = agent().get(location).call().map_err(request_failed)?;
    let total = response.body().content_length();
    let mut body = response.into_body().into_reader();
    let mut file = File::create(path).map_err(|source| write_failed(path, source))?;
    let mut chunk = vec![0_u8; CHUNK];
    let mut received = 0;
    loop {
        let broke_off =
            |source| DownloadError::BrokeOff { location: without_credentials(location), received, source };
        let length = body.read(&mut chunk).map_err(broke_off)?;
        if length == 0 {
            break;
        }
        file.write_all(&chunk[..length]).map_err(|source| write_failed(path, source))?;
        received += length as u64;
        progress(Progress::Received { bytes: received, total });
    }
    if total.is_some_and(|total| received < total) {
        let source = io::Error::from(io::ErrorKind::UnexpectedEof);
        return Err(DownloadError::BrokeOff { location: without_credentials(location), received, source });
    }
    Ok(())
}

fn agent() -> ureq::Agent {
    let tls = TlsConfig::builder().root_certs(trusted_roots()).build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(CONNECT_LIMIT))
        .timeout_recv_response(Some(ANSWER_LIMIT))
        .timeout_recv_body(Some(BODY_LIMIT))
        .build()
        .into()
}

/// Those that this machine trusts, which know a company's own, else those that browsers trust.
fn trusted_roots() -> RootCerts {
    let trusted = rustls_native_certs::load_native_certs().certs;
    if trusted.is_empty() {
        return RootCerts::WebPki;
    }
    trusted.iter().map(|root| Certificate::from_der(root).to_owned()).collect::<Vec<_>>().into()
}

fn write_failed(path: &Path, source: io::Error) -> DownloadError {
    DownloadError::Write { path: path.to_path_buf(), source }
}
