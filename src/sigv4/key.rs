//! The key for step 3: derived from the secret once a day, and worth caching.
//!
//! ```text
//! kSecret = "AWS4" + secret access key
//! kDate    = HMAC(kSecret,  "20150830")
//! kRegion  = HMAC(kDate,    "us-east-1")
//! kService = HMAC(kRegion,  "bedrock")
//! kSigning = HMAC(kService, "aws4_request")
//! ```

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::SignError;
use crate::base::time::AmzDate;
use crate::credentials::{Credentials, Secret};

/// Appends the credential scope, `20150830/us-east-1/bedrock/aws4_request`: the day of `amz_date`, and where the key is
/// valid.
pub(super) fn push_scope(
    out: &mut String,
    amz_date: &str,
    region: &str,
    service: &str,
) -> Result<(), SignError> {
    if !may_stand_in_scope(region) {
        return Err(SignError::InvalidRegion);
    }
    if !may_stand_in_scope(service) {
        return Err(SignError::InvalidService);
    }
    for part in [amz_date.get(..8).unwrap_or_default(), "/", region, "/", service, "/aws4_request"] {
        out.push_str(part);
    }
    Ok(())
}

/// Whether `text` can be a part of a scope: the parts are separated by slashes, and the header's fields by commas.
pub(super) fn may_stand_in_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'/' | b','))
}

/// A derived signing key, valid for one secret on one UTC day, in one region, for one service.
///
/// It signs as well as the secret does until the day is over, so it is treated as one: `Debug` shows only the scope,
/// and the bytes are wiped when it is dropped.
///
/// ```
/// use std::time::UNIX_EPOCH;
/// use bedrill::credentials::Secret;
/// use bedrill::sigv4::SigningKey;
///
/// let secret = Secret::new("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// let key = SigningKey::derive(&secret, UNIX_EPOCH, "us-east-1", "bedrock")?;
/// assert_eq!(key.scope(), "19700101/us-east-1/bedrock/aws4_request");
/// # Ok::<(), bedrill::sigv4::SignError>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    scope: String,
    /// HMAC already keyed with kSigning. The `zeroize` features of `hmac` and `sha2` wipe it.
    mac: KeyedMac,
}

impl SigningKey {
    /// Derives the key for the UTC day of `now`
    /// ([AWS, "Calculate the signature"](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)).
    ///
    /// # Errors
    ///
    /// [`SignError::InvalidRegion`], [`SignError::InvalidService`] or [`SignError::TimeOutOfRange`] when no
    /// valid credential scope can be built from these.
    pub fn derive(secret: &Secret, now: SystemTime, region: &str, service: &str) -> Result<Self, SignError> {
        let date = AmzDate::new(now).ok_or(SignError::TimeOutOfRange)?;
        let mut scope = String::new();
        push_scope(&mut scope, date.as_str(), region, service)?;
        Ok(Self::derive_for(secret, &scope))
    }

    /// Each part of `scope` is the message for one step of the chain.
    pub(super) fn derive_for(secret: &Secret, scope: &str) -> Self {
        let k_secret = Zeroizing::new(["AWS4", secret.expose()].concat());
        let mac = scope.split('/').fold(KeyedMac::new(k_secret.as_bytes()), |mac, part| {
            KeyedMac::new(&*Zeroizing::new(mac.digest(part.as_bytes())))
        });
        Self { scope: scope.to_owned(), mac }
    }

    /// The credential scope that the key is valid for: `date/region/service/aws4_request`.
    #[must_use]
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The HMAC of `string_to_sign`: the signature, before it is written in hexadecimal.
    pub(super) fn sign(&self, string_to_sign: &str) -> [u8; 32] {
        self.mac.clone().digest(string_to_sign.as_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// HMAC-SHA256, already keyed.
#[derive(Clone)]
struct KeyedMac(Hmac<Sha256>);

impl KeyedMac {
    #[cfg_attr(
        not(test),
        expect(clippy::expect_used, reason = "no length of a key is refused: RFC 2104, section 2")
    )]
    fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes a key of any length"))
    }

    fn digest(self, message: &[u8]) -> [u8; 32] {
        self.0.chain_update(message).finalize().into_bytes().into()
    }
}

/// Caches the last few signing keys, so that each is derived once a day. Share one between threads and requests.
///
/// It keeps derived keys, each with the access key id and a 64-bit hash of the secret it came from (SipHash, with random
/// keys of its own), and never the secret. Four keys are kept; the oldest is evicted first. Rotated credentials get their
/// own key.
///
/// ```
/// use std::time::SystemTime;
/// use bedrill::credentials::Credentials;
/// use bedrill::sigv4::{SigningKeyCache, SigningParams, sign};
///
/// let keys = SigningKeyCache::new();
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
/// for _ in 0..2 {
///     let mut request = http::Request::get("https://bedrock.us-east-1.amazonaws.com/foundation-models")
///         .body(bytes::Bytes::new())?;
///     let params = SigningParams::new(&credentials, "us-east-1", "bedrock", SystemTime::now());
///     sign(&mut request, &params.with_key_cache(&keys))?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Default)]
pub struct SigningKeyCache {
    entries: Mutex<Vec<Entry>>,
    hasher: RandomState,
}

struct Entry {
    access_key_id: String,
    secret_hash: u64,
    key: SigningKey,
}

/// A client usually uses one region, sometimes a second, and a new day's key after midnight.
const KEPT: usize = 4;

impl SigningKeyCache {
    /// Creates an empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Like [`SigningKey::sign`], with the key of these credentials for `scope`.
    pub(super) fn sign(&self, credentials: &Credentials, scope: &str, string_to_sign: &str) -> [u8; 32] {
        self.mac_for(credentials, scope).digest(string_to_sign.as_bytes())
    }

    fn mac_for(&self, credentials: &Credentials, scope: &str) -> KeyedMac {
        let secret_hash = self.hasher.hash_one(credentials.secret_access_key().expose());
        // A panic elsewhere cannot leave the list half-written, so a poisoned lock is safe to use.
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let found = entries.iter().find(|entry| {
            entry.key.scope() == scope
                && entry.access_key_id == credentials.access_key_id()
                && entry.secret_hash == secret_hash
        });
        if let Some(entry) = found {
            return entry.key.mac.clone();
        }
        let key = SigningKey::derive_for(credentials.secret_access_key(), scope);
        let mac = key.mac.clone();
        if entries.len() >= KEPT {
            entries.remove(0);
        }
        let access_key_id = credentials.access_key_id().to_owned();
        entries.push(Entry { access_key_id, secret_hash, key });
        mac
    }
}

impl fmt::Debug for SigningKeyCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.entries.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("SigningKeyCache").field("kept", &kept).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::base::hex;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_chain_gives_the_key_of_the_aws_example() {
        // AWS General Reference, "Deriving the signing key": 20150830, us-east-1, iam.
        let key = SigningKey::derive(&SECRET.into(), at(1_440_938_160), "us-east-1", "iam").unwrap();
        let k_signing = [
            0xc4, 0xaf, 0xb1, 0xcc, 0x57, 0x71, 0xd8, 0x71, 0x76, 0x3a, 0x39, 0x3e, 0x44, 0xb7, 0x03, 0x57,
            0x1b, 0x55, 0xcc, 0x28, 0x42, 0x4d, 0x1a, 0x5e, 0x86, 0xda, 0x6e, 0xd3, 0xc1, 0x54, 0xa4, 0xb9,
        ];
        assert_eq!(key.sign("message"), KeyedMac::new(&k_signing).digest(b"message"));
    }

    #[test]
    fn a_keyed_state_is_wiped_when_it_is_dropped() {
        fn is_wiped<T: zeroize::ZeroizeOnDrop>() {}
        // Hmac does not promise this itself: it is two states of this hash, and a buffer that holds no byte of the key.
        is_wiped::<Sha256>();
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        // The test cases 6, 7 (a key of 131 bytes, which is hashed first), 2 and 1.
        let hmac = |key: &[u8], message: &[u8]| hex::encode(&KeyedMac::new(key).digest(message));
        let long = hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        let longer = hmac(
            &[0xaa; 131],
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to \
              be hashed before being used by the HMAC algorithm.",
        );
        assert_eq!(longer, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
        let jefe = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(jefe, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let short = hmac(&[0x0b; 20], b"Hi There");
        assert_eq!(short, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    }

    #[test]
    fn debug_shows_the_scope_and_no_byte_of_the_key() {
        let key = SigningKey::derive(&SECRET.into(), at(0), "us-east-1", "iam").unwrap();
        assert_eq!(format!("{key:?}"), r#"SigningKey { scope: "19700101/us-east-1/iam/aws4_request", .. }"#);
    }

    #[test]
    fn the_cache_derives_again_only_for_another_secret_id_or_scope() {
        let cache = SigningKeyCache::new();
        let kept = || -> Vec<(String, u64, String)> {
            let entries = cache.entries.lock().unwrap();
            let entry = |e: &Entry| (e.access_key_id.clone(), e.secret_hash, e.key.scope.clone());
            entries.iter().map(entry).collect()
        };
        let derives = |id: &str, secret: &str, date: &str, region: &str| {
            let before = kept();
            let mut scope = String::new();
            push_scope(&mut scope, date, region, "bedrock").unwrap();
            let digest = cache.sign(&Credentials::new(id, secret), &scope, "message");
            assert_eq!(digest, SigningKey::derive_for(&secret.into(), &scope).sign("message"));
            before != kept()
        };
        assert!(derives("AKID", SECRET, "20150830T123600Z", "us-east-1"));
        assert!(!derives("AKID", SECRET, "20150830T235959Z", "us-east-1"));
        assert!(derives("OTHER", SECRET, "20150830T123600Z", "us-east-1"));
        assert!(derives("AKID", "another secret", "20150830T123600Z", "us-east-1"));
        assert!(derives("AKID", SECRET, "20150831T000000Z", "us-east-1"));
        assert!(!derives("AKID", SECRET, "20150830T123600Z", "us-east-1"));
        assert!(derives("AKID", SECRET, "20150830T123600Z", "eu-west-1"));
        assert_eq!(kept().len(), KEPT);
        assert!(derives("AKID", SECRET, "20150830T123600Z", "us-east-1"), "made room");
        assert_eq!(format!("{cache:?}"), "SigningKeyCache { kept: 4, .. }");
    }

    #[test]
    fn what_cannot_be_part_of_a_scope_is_refused() {
        for bad in ["", "us east", "us-east-1/", "us,east", "us-east-1\r\nx: y", "région"] {
            let derived = SigningKey::derive(&SECRET.into(), at(0), bad, "bedrock");
            assert_eq!(derived.unwrap_err(), SignError::InvalidRegion, "{bad:?}");
            let derived = SigningKey::derive(&SECRET.into(), at(0), "us-east-1", bad);
            assert_eq!(derived.unwrap_err(), SignError::InvalidService, "{bad:?}");
        }
        let year_10000 = SigningKey::derive(&SECRET.into(), at(253_402_300_800), "us-east-1", "bedrock");
        assert_eq!(year_10000.unwrap_err(), SignError::TimeOutOfRange);
    }
}
