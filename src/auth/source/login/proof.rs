//! Proof of possession (DPoP, [RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)): a JSON web token, signed with ES256.
//!
//! ```text
//! base64url({"typ":"dpop+jwt","alg":"ES256","jwk":{public key}}) . base64url({"jti","htm","htu","iat"}) . base64url(r || s)
//! ```
//!
//! The TLS library makes the signature, so that this adds no dependency.

use std::time::SystemTime;

use crate::credentials::Secret;

/// Whether this build can sign.
pub(super) const CAN_SIGN: bool = cfg!(feature = "reqwest");

/// Creates the proof for one request.
#[cfg(not(feature = "reqwest"))]
pub(super) fn sign(_: &Secret, _: &str, _: &str, _: SystemTime) -> Result<String, String> {
    Err("this build cannot sign".to_owned())
}

#[cfg(feature = "reqwest")]
pub(super) use with_rustls::sign;

#[cfg(feature = "reqwest")]
mod with_rustls {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use rustls::SignatureScheme;
    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject as _;

    use super::{Secret, SystemTime};
    use crate::base::hex;
    use crate::transport::tls;

    /// The length in bytes of a P-256 coordinate, and of each half of a signature.
    const COORDINATE: usize = 32;

    /// Creates the proof for one request with the private key in `pem`.
    pub(in crate::auth::source::login) fn sign(
        pem: &Secret,
        method: &str,
        url: &str,
        now: SystemTime,
    ) -> Result<String, String> {
        const NO_KEY: &str = "dpopKey is not a P-256 private key";
        let provider = tls::provider().map_err(|error| error.to_string())?;
        let key = PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).map_err(|_| NO_KEY)?;
        let key = provider.key_provider.load_private_key(key).map_err(|_| NO_KEY)?;
        let signer = key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256]).ok_or(NO_KEY)?;
        let public = key.public_key().ok_or(NO_KEY)?;
        // The key info ends with the point, uncompressed: 04, x, y.
        let (y_start, x_start) =
            (public.len().checked_sub(COORDINATE), public.len().checked_sub(2 * COORDINATE));
        let (x, y) =
            (x_start.zip(y_start).and_then(|(x, y)| public.get(x..y)), y_start.and_then(|y| public.get(y..)));
        let (x, y) = x.zip(y).ok_or(NO_KEY)?;

        let mut id = [0; 16];
        provider.secure_random.fill(&mut id).map_err(|_| "no random numbers are available")?;
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        // Only the URL could need escaping, so no JSON value is built first.
        let header = format!(
            r#"{{"typ":"dpop+jwt","alg":"ES256","jwk":{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}}}}"#,
            encode(x),
            encode(y)
        );
        let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
        let claims = format!(
            r#"{{"jti":"{}","htm":"{method}","htu":{},"iat":{seconds}}}"#,
            hex::encode(&id),
            serde_json::Value::from(url)
        );
        let text = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        let signature = signer.sign(text.as_bytes()).map_err(|error| error.to_string())?;
        let signature = fixed(&signature).ok_or("the signature has an unexpected form")?;
        Ok(format!("{text}.{}", encode(&signature)))
    }

    /// Converts `30 len 02 len r 02 len s` (DER) to both numbers at a fixed length.
    fn fixed(der: &[u8]) -> Option<[u8; 2 * COORDINATE]> {
        let ([0x30, _], mut rest) = der.split_first_chunk()? else { return None };
        let mut out = [0; 2 * COORDINATE];
        for half in out.chunks_mut(COORDINATE) {
            let ([0x02, length], tail) = rest.split_first_chunk()? else { return None };
            let (number, tail) = tail.split_at_checked(usize::from(*length))?;
            let number = number.strip_prefix(&[0]).unwrap_or(number);
            let start = COORDINATE.checked_sub(number.len())?;
            half.get_mut(start..)?.copy_from_slice(number);
            rest = tail;
        }
        rest.is_empty().then_some(out)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        // Made for this test: `openssl ecparam -name prime256v1 -genkey -noout`.
        const PEM: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIDeBwdajG0UPRj7Ed3zykFi+Rv/birLvdSTimnS9xo5poAoGCCqGSM49AwEHoUQDQgAEMeaHTOz0oe6sBHk+UQXYmDGnUPoSnQXej6S4kmpJ93V1KhFFxJotGHUtc1TCYpHlLx8klR1j3LPRfnyqLTyJug==\n-----END EC PRIVATE KEY-----\n";

        #[test]
        fn a_proof_names_the_request_and_its_signature_verifies() {
            let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_763_510_400);
            let url = "https://us-east-1.signin.aws.amazon.com/v1/token";
            let proof = sign(&Secret::new(PEM), "POST", url, now).expect("signed");
            let parts: Vec<_> =
                proof.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url")).collect();
            let [header, claims, signature] = &parts[..] else { panic!("three parts: {proof}") };
            let header: serde_json::Value = serde_json::from_slice(header).expect("JSON");
            let claims: serde_json::Value = serde_json::from_slice(claims).expect("JSON");
            assert_eq!((&header["typ"], &header["alg"]), (&"dpop+jwt".into(), &"ES256".into()));
            assert_eq!((&claims["htm"], &claims["htu"]), (&"POST".into(), &url.into()));
            assert_eq!(claims["iat"], 1_763_510_400);
            assert_eq!(claims["jti"].as_str().map(str::len), Some(32));

            let coordinate =
                |name: &str| URL_SAFE_NO_PAD.decode(header["jwk"][name].as_str().expect("text")).expect("ok");
            let point = [&[4][..], &coordinate("x"), &coordinate("y")].concat();
            let signed = proof.rsplit_once('.').expect("a signature").0;
            let provider = tls::provider().expect("a provider");
            let algorithms = provider.signature_verification_algorithms.mapping;
            let (_, algorithms) = algorithms
                .iter()
                .find(|(scheme, _)| *scheme == SignatureScheme::ECDSA_NISTP256_SHA256)
                .expect("ES256");
            let der = der(signature);
            assert!(
                algorithms.iter().any(|one| one.verify_signature(&point, signed.as_bytes(), &der).is_ok())
            );
            let other = sign(&Secret::new(PEM), "POST", url, now).expect("signed");
            assert_ne!(proof, other, "each has an id of its own");
        }

        #[test]
        fn what_is_not_a_key_is_refused_without_being_shown() {
            for pem in
                ["", "canary", "-----BEGIN EC PRIVATE KEY-----\nY2FuYXJ5\n-----END EC PRIVATE KEY-----\n"]
            {
                let error =
                    sign(&Secret::new(pem), "POST", "https://x/", SystemTime::UNIX_EPOCH).expect_err(pem);
                assert!(error.starts_with("dpopKey is not") && !error.contains("canary"), "{error}");
            }
        }

        #[test]
        fn short_numbers_are_padded_and_sign_bytes_dropped() {
            let mut der = vec![0x30, 0, 0x02, 33, 0];
            der.extend([0x80; 32]);
            der.extend([0x02, 1, 7]);
            let both = fixed(&der).expect("two numbers");
            assert_eq!(both[..32], [0x80; 32]);
            assert_eq!((&both[32..63], both[63]), (&[0; 31][..], 7));
            for broken in
                [&[][..], &[0x30], &[0x30, 0, 2], &[0x30, 0, 2, 9, 1], &[0x30, 0, 2, 1, 1, 2, 1, 1, 0]]
            {
                assert_eq!(fixed(broken), None, "{broken:?}");
            }
        }

        /// The inverse of [`fixed`]. Leading zero bytes are kept, as some verifiers allow; numbers get a sign byte.
        fn der(fixed: &[u8]) -> Vec<u8> {
            let mut body = Vec::new();
            for half in fixed.chunks(COORDINATE) {
                let zeros = half.iter().take_while(|byte| **byte == 0).count();
                let mut number = half[zeros..].to_vec();
                if number.first().is_some_and(|byte| *byte >= 0x80) {
                    number.insert(0, 0);
                }
                body.extend([0x02, u8::try_from(number.len()).expect("short")]);
                body.extend(number);
            }
            let mut der = vec![0x30, u8::try_from(body.len()).expect("short")];
            der.extend(body);
            der
        }
    }
}
