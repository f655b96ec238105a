//! Requests as `aws-sigv4` signs them. `tests/it/sigv4.rs` includes this file.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
    SignatureLocation, SigningSettings, UriPathNormalizationMode,
};
use bedrill::credentials::Credentials;
use bytes::Bytes;
use http::{HeaderValue, Request};

/// What `aws-sigv4` is told to leave unsigned, so that it leaves out what we do. The last one represents all `proxy-`
/// headers: we leave out unknown ones too.
pub const UNSIGNED: [&str; 14] = [
    "authorization",
    "user-agent",
    "x-amzn-trace-id",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "proxy-x",
];

/// Where and when a request is signed, and how.
pub struct Signer<'a> {
    pub credentials: &'a Credentials,
    pub region: &'a str,
    pub service: &'a str,
    pub at: SystemTime,
    pub content_sha256: bool,
    pub token_unsigned: bool,
    pub normalize: bool,
    pub double: bool,
    pub payload_unsigned: bool,
    /// How long a signature in the query is good for; without, it goes into headers.
    pub expires: Option<Duration>,
}

impl Signer<'_> {
    /// The signed request, and the signature. Every header of `request` must be text.
    pub fn sign(&self, request: &Request<Bytes>) -> (Request<Bytes>, String) {
        let mut settings = SigningSettings::default();
        settings.percent_encoding_mode =
            if self.double { PercentEncodingMode::Double } else { PercentEncodingMode::Single };
        settings.uri_path_normalization_mode = UriPathNormalizationMode::from(self.normalize);
        settings.payload_checksum_kind =
            if self.content_sha256 { PayloadChecksumKind::XAmzSha256 } else { PayloadChecksumKind::NoHeader };
        settings.session_token_mode =
            if self.token_unsigned { SessionTokenMode::Exclude } else { SessionTokenMode::Include };
        if self.expires.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = self.expires;
        }
        settings.excluded_headers = Some(UNSIGNED.map(Into::into).to_vec());
        let identity = aws_credential_types::Credentials::from_keys(
            self.credentials.access_key_id(),
            self.credentials.secret_access_key().expose(),
            self.credentials.session_token().map(|token| token.expose().to_owned()),
        )
        .into();
        let params = aws_sigv4::sign::v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(self.at)
            .settings(settings)
            .build()
            .expect("every parameter is set")
            .into();
        let uri = request.uri().to_string();
        let text = |value: &HeaderValue| str::from_utf8(value.as_bytes()).expect("text").to_owned();
        let headers: Vec<_> =
            request.headers().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let body = match self.payload_unsigned {
            true => SignableBody::UnsignedPayload,
            false => SignableBody::Bytes(request.body()),
        };
        let signable = SignableRequest::new(request.method().as_str(), &uri, headers, body);
        let output =
            aws_sigv4::http_request::sign(signable.expect("a request"), &params).expect("a signature");
        let (instructions, signature) = output.into_parts();
        let mut signed = request.clone();
        instructions.apply_to_request_http1x(&mut signed);
        (signed, signature)
    }
}
