//! TLS for the scripted server: self-signed certificates, and the handshake.

use std::io::{self, Read, Write};
use std::sync::Arc;

use bedrill::test_util::{Connection, Socket};
use rcgen::{CertificateParams, CertifiedKey, DnType, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A self-signed certificate for `names`; `subject` distinguishes issuers.
pub fn identity(subject: &str, names: &[&str]) -> CertifiedKey<KeyPair> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, subject);
    self_signed(params)
}

pub fn self_signed(params: CertificateParams) -> CertifiedKey<KeyPair> {
    let signing_key = KeyPair::generate().expect("a key");
    CertifiedKey { cert: params.self_signed(&signing_key).expect("a certificate"), signing_key }
}

/// The handshake of a server that presents `identity`.
pub fn handshake(
    identity: &CertifiedKey<KeyPair>,
) -> impl Fn(Socket) -> io::Result<Box<dyn Connection>> + use<> {
    let key = PrivateKeyDer::Pkcs8(identity.signing_key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_no_client_auth()
        .with_single_cert(vec![identity.cert.der().clone()], key)
        .expect("a server's configuration");
    let config = Arc::new(config);
    move |mut socket| {
        let mut session = ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
        session.complete_io(&mut socket)?;
        Ok(Box::new(Tls(StreamOwned::new(session, socket))))
    }
}

struct Tls(StreamOwned<ServerConnection, Socket>);

impl Read for Tls {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Tls {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl Connection for Tls {
    fn close(&mut self) -> io::Result<()> {
        self.0.conn.send_close_notify();
        self.0.flush()?;
        self.0.sock.close()
    }
}
