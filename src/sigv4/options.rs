//! The options that some services need.

/// How a service wants its requests signed.
///
/// ```
/// use bedrill::sigv4::SigningOptions;
///
/// // Nearly all services, Bedrock too.
/// assert_eq!(SigningOptions::new(), SigningOptions::default());
/// // What S3 asks of a presigned URL.
/// let presigned = SigningOptions::s3().with_unsigned_payload(true);
/// # let _ = presigned;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningOptions {
    pub(super) content_sha256: bool,
    pub(super) unsigned_payload: bool,
    pub(super) unsigned_session_token: bool,
    pub(super) path_normalization: bool,
    pub(super) double_encoding: bool,
}

impl SigningOptions {
    /// Creates what every service but S3 takes.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            content_sha256: false,
            unsigned_payload: false,
            unsigned_session_token: false,
            path_normalization: true,
            double_encoding: true,
        }
    }

    /// Creates what S3 takes: paths signed as they are sent, and the payload hash in a header
    /// ([Authenticating requests](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html)).
    #[must_use]
    pub const fn s3() -> Self {
        Self::new().with_content_sha256(true).with_path_normalization(false).with_double_encoding(false)
    }

    /// Whether to send and sign the payload hash as `x-amz-content-sha256`. Default: no; only S3 requires it, and not for
    /// a presigned URL, where this has no effect.
    #[must_use]
    pub const fn with_content_sha256(mut self, send: bool) -> Self {
        self.content_sha256 = send;
        self
    }

    /// Whether to sign `UNSIGNED-PAYLOAD` in place of the body's hash, so that the signature is valid for any body.
    /// Default: no, the body is signed. Only S3 accepts such a signature, and for
    /// [a presigned URL](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html) it accepts no
    /// other. In the header form, also call [`with_content_sha256`](Self::with_content_sha256) to tell S3.
    #[must_use]
    pub const fn with_unsigned_payload(mut self, unsigned: bool) -> Self {
        self.unsigned_payload = unsigned;
        self
    }

    /// Whether to add the session token after signing, as a header or in the query, so that the signature does not cover
    /// it. Default: no, the token is signed. A few services require the opposite; Bedrock does not.
    #[must_use]
    pub const fn with_unsigned_session_token(mut self, unsigned: bool) -> Self {
        self.unsigned_session_token = unsigned;
        self
    }

    /// Whether the canonical URI drops dot segments and empty segments, as every service but S3 does. Default: yes.
    ///
    /// The path on the wire is never changed.
    #[must_use]
    pub const fn with_path_normalization(mut self, normalize: bool) -> Self {
        self.path_normalization = normalize;
        self
    }

    /// Whether the canonical URI encodes the path on the wire once more, as every service but S3 does. Default: yes.
    #[must_use]
    pub const fn with_double_encoding(mut self, twice: bool) -> Self {
        self.double_encoding = twice;
        self
    }
}

impl Default for SigningOptions {
    fn default() -> Self {
        Self::new()
    }
}
