//! TLS as libpq's `sslmode` means it, on rustls.
//!
//! <https://www.postgresql.org/docs/current/libpq-ssl.html>: `require` encrypts and verifies nothing unless a root
//! certificate is given, `verify-ca` verifies the chain, `verify-full` the host's name too.

use std::pin::Pin;
use std::sync::Arc;

use crosstrack_settings::{RootCertificate, Tls, TlsMode};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::wire::{Watch, Watched};

/// Why the TLS settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsSettingsError {
    /// A certificate or key file cannot be read.
    #[error("cannot read the {what} `{path}`")]
    File {
        /// Which file: "root certificate".
        what: &'static str,
        /// Where it should be.
        path: String,
        /// Why not.
        source: rustls::pki_types::pem::Error,
    },
    /// The certificates do not work together.
    #[error("the TLS certificates cannot be used")]
    Certificates {
        /// What rustls says.
        source: rustls::Error,
    },
    /// The verifier cannot be built.
    #[error("the root certificate cannot be used")]
    Verifier {
        /// What rustls says.
        source: rustls::client::VerifierBuilderError,
    },
}

/// How far the server's certificate is verified.
enum Verify {
    Nothing,
    Chain,
    ChainAndName,
}

/// Builds the connector that a mode asks for.
pub(crate) fn connector(tls: &Tls) -> Result<MakeRustlsConnect, TlsSettingsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|source| TlsSettingsError::Certificates { source })?
        .dangerous()
        .with_custom_certificate_verifier(verifier(tls, provider)?);
    let config = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => {
            let chain = certificates("client certificate", certificate)?;
            let key = PrivateKeyDer::from_pem_file(key).map_err(|source| TlsSettingsError::File {
                what: "client key",
                path: key.display().to_string(),
                source,
            })?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|source| TlsSettingsError::Certificates { source })?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(MakeRustlsConnect::new(config))
}

fn verifier(tls: &Tls, provider: Arc<CryptoProvider>) -> Result<Arc<Verifier>, TlsSettingsError> {
    let verify = match (tls.mode, &tls.root_certificate) {
        (TlsMode::VerifyFull, _) => Verify::ChainAndName,
        (TlsMode::VerifyCa, _) | (TlsMode::Require, Some(RootCertificate::File(_))) => Verify::Chain,
        _ => Verify::Nothing,
    };
    let chain = match verify {
        Verify::Nothing => None,
        Verify::Chain | Verify::ChainAndName => {
            let roots = Arc::new(roots(tls)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            Some(verifier.build().map_err(|source| TlsSettingsError::Verifier { source })?)
        }
    };
    Ok(Arc::new(Verifier { chain, name: matches!(verify, Verify::ChainAndName), provider }))
}

fn roots(tls: &Tls) -> Result<RootCertStore, TlsSettingsError> {
    let mut roots = RootCertStore::empty();
    match &tls.root_certificate {
        Some(RootCertificate::File(path)) => {
            for certificate in certificates("root certificate", path)? {
                roots.add(certificate).map_err(|source| TlsSettingsError::Certificates { source })?;
            }
        }
        Some(RootCertificate::System) | None => {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
    }
    Ok(roots)
}

fn certificates(
    what: &'static str,
    path: &std::path::Path,
) -> Result<Vec<CertificateDer<'static>>, TlsSettingsError> {
    CertificateDer::pem_file_iter(path).and_then(Iterator::collect).map_err(|source| TlsSettingsError::File {
        what,
        path: path.display().to_string(),
        source,
    })
}

/// Verifies as much of a server's certificate as the mode asks for. The handshake's signatures are always verified.
#[derive(Debug)]
struct Verifier {
    chain: Option<Arc<WebPkiServerVerifier>>,
    name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.name => Ok(ServerCertVerified::assertion()),
            result => result,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// A TLS connector whose decrypted stream is watched.
pub(crate) struct WatchedConnect<C> {
    connect: C,
    watch: Watch,
}

impl<C> WatchedConnect<C> {
    /// Prepares a handshake with a host.
    pub(crate) fn new<S, M>(mut connector: M, host: &str, watch: Watch) -> Result<Self, M::Error>
    where
        M: MakeTlsConnect<S, TlsConnect = C>,
        C: TlsConnect<S, Stream = M::Stream>,
    {
        Ok(Self { connect: connector.make_tls_connect(host)?, watch })
    }
}

impl<S, C> TlsConnect<S> for WatchedConnect<C>
where
    C: TlsConnect<S>,
    C::Future: Send + 'static,
{
    type Stream = Watched<C::Stream>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let handshake = self.connect.connect(stream);
        Box::pin(async move { Ok(Watched::new(handshake.await?, self.watch)) })
    }
}
