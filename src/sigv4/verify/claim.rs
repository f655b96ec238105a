//! What a received request says about its signature, in its headers or in its query.

use std::borrow::Cow;
use std::time::Duration;

use http::Uri;
use http::header::{HeaderMap, HeaderValue};

use crate::base::uri;
use crate::sigv4::presign::{MAX_EXPIRES, PARAMETERS, X_AMZ_ALGORITHM, X_AMZ_SIGNATURE};
use crate::sigv4::stages::ALGORITHM;
use crate::sigv4::{X_AMZ_DATE, X_AMZ_SECURITY_TOKEN};

/// What a request says about its signature.
pub(super) struct Claim<'a> {
    pub(super) credential: Cow<'a, str>,
    pub(super) signed_headers: Cow<'a, str>,
    pub(super) signature: Cow<'a, str>,
    pub(super) amz_date: Option<Cow<'a, str>>,
    /// Empty when there is none.
    pub(super) token: Cow<'a, [u8]>,
    /// How long the signature is valid; only for a presigned URL.
    pub(super) expires: Option<Duration>,
}

impl<'a> Claim<'a> {
    /// Reads `AWS4-HMAC-SHA256 Credential=.., SignedHeaders=.., Signature=..`, and the time and token headers.
    pub(super) fn in_headers(authorization: &'a HeaderValue, headers: &'a HeaderMap) -> Option<Self> {
        let parts = authorization.to_str().ok()?.strip_prefix(ALGORITHM)?.trim_start();
        let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name));
        Some(Self {
            credential: part("Credential=")?.into(),
            signed_headers: part("SignedHeaders=")?.into(),
            signature: part("Signature=")?.into(),
            amz_date: headers.get(&X_AMZ_DATE).and_then(|value| value.to_str().ok()).map(Cow::Borrowed),
            token: headers.get(&X_AMZ_SECURITY_TOKEN).map_or(&[][..], HeaderValue::as_bytes).into(),
            expires: None,
        })
    }

    /// Reads the parameters of a presigned URL. `None` when there are none; `Some(None)` when they are malformed.
    pub(super) fn in_query(uri: &Uri) -> Option<Option<Self>> {
        let query = uri.query()?;
        let is_signed = query.split('&').any(|pair| {
            let name = uri::decode(pair.split('=').next().unwrap_or_default());
            name == X_AMZ_ALGORITHM.as_bytes() || name == X_AMZ_SIGNATURE.as_bytes()
        });
        is_signed.then(|| Self::in_parameters(query))
    }

    fn in_parameters(query: &str) -> Option<Self> {
        let mut found: [Option<String>; PARAMETERS.len()] = Default::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = uri::decode(name);
            let mut places = PARAMETERS.iter().zip(&mut found);
            let place = places.find(|(own, _)| name.eq_ignore_ascii_case(own.as_bytes()));
            let Some((own, value_found)) = place else { continue };
            // One that is repeated, or in another case, could be read differently here and elsewhere.
            let value = String::from_utf8(uri::decode(value)).ok()?;
            if name != own.as_bytes() || value_found.replace(value).is_some() {
                return None;
            }
        }
        // In the order of `PARAMETERS`.
        let [algorithm, credential, amz_date, signed_headers, expires, token, signature] = found;
        (algorithm? == ALGORITHM).then_some(())?;
        let expires = expires?;
        let seconds: u64 = expires.parse().ok()?;
        let is_in_range = seconds > 0 && Duration::from_secs(seconds) <= MAX_EXPIRES;
        // Written differently, such as `+60`, it is not what was signed.
        (is_in_range && seconds.to_string() == expires).then_some(())?;
        Some(Self {
            credential: credential?.into(),
            signed_headers: signed_headers?.into(),
            signature: signature?.into(),
            amz_date: amz_date.map(Cow::Owned),
            token: token.unwrap_or_default().into_bytes().into(),
            expires: Some(Duration::from_secs(seconds)),
        })
    }
}

/// The parts of `KEY/DATE/REGION/SERVICE/aws4_request`.
pub(super) struct Credential<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

impl<'a> Credential<'a> {
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        // A key id may contain slashes; the scope after it has four parts.
        let mut parts = text.rsplitn(5, '/');
        let end = parts.next()?;
        let (service, region, date) = (parts.next()?, parts.next()?, parts.next()?);
        let access_key_id = parts.next()?;
        (end == "aws4_request").then_some(Self { access_key_id, date, region, service })
    }
}
