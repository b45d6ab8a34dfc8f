//! A certificate authority of a test's own, and what it signs.
//!
//! Must not outlive the test: the keys are in a temporary folder.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use tempfile::TempDir;

/// An authority that nobody knows but the test.
#[derive(Debug)]
pub struct Authority {
    folder: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, in files.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key, which only its owner can read.
    pub key: PathBuf,
}

impl Authority {
    /// Makes one.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("crosstrack-authority-").tempdir().expect("a folder");
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&key).expect("a certificate");
        write_private(&folder.path().join("authority.crt"), &certificate.pem());
        Self { folder, issuer: Issuer::new(parameters, key) }
    }

    /// The file of its certificate, for `sslrootcert`.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("authority.crt")
    }

    /// Signs for a server of these names.
    pub fn server(&self, names: &[&str]) -> Credentials {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut parameters = CertificateParams::new(names.clone()).expect("names of hosts");
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        self.sign(parameters, &names[0])
    }

    /// Signs for a client who is this database user.
    pub fn client(&self, user: &str) -> Credentials {
        let mut parameters = CertificateParams::default();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        self.sign(parameters, user)
    }

    fn sign(&self, mut parameters: CertificateParams, name: &str) -> Credentials {
        parameters.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        let path = |kind: &str| self.folder.path().join(format!("{name}.{kind}"));
        write_private(&path("crt"), &certificate.pem());
        write_private(&path("key"), &key.serialize_pem());
        Credentials { certificate: path("crt"), key: path("key") }
    }
}

fn write_private(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the folder can be written to");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let private = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(path, private).expect("the file is ours");
    }
}
