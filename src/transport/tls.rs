//! All TLS assembly: provider, trust anchors, protocol versions.
//!
//! The configuration is built here and passed on complete, because `reqwest` without a built-in provider panics
//! when the process has not installed one.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// A client configuration: TLS 1.2 and 1.3, HTTP/1.1, the feature's trust anchors and those in `ca_bundle` (PEM).
///
/// # Errors
///
/// [`TlsError`] when there is no provider or no trust anchor, or the bundle is not PEM.
pub(crate) fn client_config(ca_bundle: Option<&[u8]>) -> Result<ClientConfig, TlsError> {
    let mut roots = RootCertStore::empty();
    add_compiled_or_native(&mut roots);
    if let Some(pem) = ca_bundle {
        add_bundle(&mut roots, pem)?;
    }
    if roots.is_empty() {
        return Err(TlsError(
            "there is no trust anchor: enable the feature webpki-roots or native-roots, or set AWS_CA_BUNDLE or \
             SSL_CERT_FILE"
                .into(),
        ));
    }
    let config = ClientConfig::builder_with_provider(provider()?)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(format!("the TLS provider has no usable protocol version: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

#[cfg(feature = "aws-lc-rs")]
pub(crate) fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
pub(crate) fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    Ok(Arc::new(rustls::crypto::ring::default_provider()))
}

/// Without a provider of our own, the one installed by the application.
#[cfg(not(any(feature = "ring", feature = "aws-lc-rs")))]
pub(crate) fn provider() -> Result<Arc<CryptoProvider>, TlsError> {
    CryptoProvider::get_default().cloned().ok_or_else(|| {
        TlsError(
            "there is no TLS provider: enable the feature ring or aws-lc-rs, or install one with \
             rustls::crypto::CryptoProvider::install_default"
                .into(),
        )
    })
}

#[cfg(feature = "native-roots")]
fn add_compiled_or_native(roots: &mut RootCertStore) {
    // An unreadable certificate leaves the others in force; if none are left, the caller reports it.
    for certificate in rustls_native_certs::load_native_certs().certs {
        let _ = roots.add(certificate);
    }
}

#[cfg(all(feature = "webpki-roots", not(feature = "native-roots")))]
fn add_compiled_or_native(roots: &mut RootCertStore) {
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
}

#[cfg(not(any(feature = "webpki-roots", feature = "native-roots")))]
fn add_compiled_or_native(_: &mut RootCertStore) {}

fn add_bundle(roots: &mut RootCertStore, pem: &[u8]) -> Result<(), TlsError> {
    let fault = |problem: &dyn fmt::Display| {
        TlsError(format!("the CA bundle (AWS_CA_BUNDLE or SSL_CERT_FILE) {problem}"))
    };
    let (mut found, mut unusable) = (false, None);
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| fault(&format_args!("is not PEM: {error}")))?;
        // A system's bundle may hold one that no certificate is checked with any more.
        match roots.add(certificate) {
            Ok(()) => found = true,
            Err(error) => unusable = Some(error),
        }
    }
    match unusable {
        _ if found => Ok(()),
        Some(error) => Err(fault(&format_args!("contains a certificate that cannot be used: {error}"))),
        None => Err(fault(&"contains no certificate: it must be PEM")),
    }
}

/// Why no TLS configuration could be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TlsError(String);

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TlsError {}
