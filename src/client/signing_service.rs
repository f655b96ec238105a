//! An AWS service as a target of requests: its signing name, its host, and its signing rules.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::credentials::Credentials;
use crate::endpoint::{Plane, Region, SIGNING_NAME};
use crate::sigv4::SigningParams;

/// What the library's own requests are authorized for.
pub(super) static BEDROCK: SigningService = SigningService::bedrock(Plane::Data);

/// A service that [`Client::send`](crate::Client::send) sends to: its signing name, the host of requests whose URI is only
/// a path, and how it wants them signed.
///
/// The signing name is the one in
/// [the credential scope](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html), and
/// the host is `{prefix}.{region}.{suffix of the partition}`, in the FIPS and dual-stack variant that the client is set to.
/// For a service with any other host, use absolute URIs.
///
/// ```
/// use bedrill::client::SigningService;
/// use bedrill::endpoint::{Plane, Region};
///
/// let runtime = SigningService::bedrock(Plane::Data);
/// assert_eq!(runtime.signing_name(), "bedrock");
/// assert_eq!(runtime.host_prefix(), "bedrock-runtime");
///
/// let retrieval = SigningService::new("bedrock").with_host_prefix("bedrock-agent-runtime");
/// let bucket = SigningService::s3().with_host_prefix("my-bucket.s3").with_region(Region::new("eu-west-1")?);
/// # let _ = (retrieval, bucket);
/// # Ok::<(), bedrill::endpoint::EndpointError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningService {
    name: Cow<'static, str>,
    host: Host,
    region: Option<Region>,
    bearer: bool,
    content_sha256: bool,
    payload_signed: bool,
    path_normalization: bool,
    double_encoding: bool,
}

/// What the host of a request begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Host {
    /// That of a Bedrock plane, or the endpoint configured in its place.
    Plane(Plane),
    /// These labels.
    Prefix(Cow<'static, str>),
}

impl SigningService {
    /// A Bedrock plane. A path goes where the client's other requests go, including to a configured endpoint. Bearer
    /// tokens are sent.
    #[must_use]
    pub const fn bedrock(plane: Plane) -> Self {
        let mut service = Self::at(Cow::Borrowed(SIGNING_NAME), Host::Plane(plane));
        service.bearer = true;
        service
    }

    /// The service with this signing name, which is also its host prefix. No bearer token is sent, and requests are
    /// signed by the defaults of [`SigningParams`].
    #[must_use]
    pub fn new(signing_name: impl Into<String>) -> Self {
        let name: Cow<'static, str> = Cow::Owned(signing_name.into());
        Self::at(name.clone(), Host::Prefix(name))
    }

    /// S3, which signs paths as they are sent and requires the payload hash in a header
    /// ([Authenticating requests](https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html)).
    ///
    /// The host is `s3.{region}`, where a path begins with the bucket. A bucket's own host has the prefix
    /// `{bucket}.s3`.
    #[must_use]
    pub const fn s3() -> Self {
        let mut service = Self::at(Cow::Borrowed("s3"), Host::Prefix(Cow::Borrowed("s3")));
        service.content_sha256 = true;
        service.path_normalization = false;
        service.double_encoding = false;
        service
    }

    const fn at(name: Cow<'static, str>, host: Host) -> Self {
        Self {
            name,
            host,
            region: None,
            bearer: false,
            content_sha256: false,
            payload_signed: true,
            path_normalization: true,
            double_encoding: true,
        }
    }

    /// The labels of the host before the region: `bedrock-agent-runtime`, `my-bucket.s3`.
    ///
    /// The hosts of S3 are made by its own rule for dual stack (`s3.dualstack.{region}`), those of STS, SSO and sign-in by
    /// theirs for FIPS in GovCloud. Settings for Bedrock's endpoint do not apply to them.
    #[must_use]
    pub fn with_host_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.host = Host::Prefix(Cow::Owned(prefix.into()));
        self
    }

    /// The region to sign for and to send to. Default: the client's.
    #[must_use]
    pub fn with_region(mut self, region: Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Whether the service accepts Bedrock API keys as bearer tokens. Default: only the planes of Bedrock do.
    #[must_use]
    pub fn with_bearer(mut self, takes: bool) -> Self {
        self.bearer = takes;
        self
    }

    /// As [`SigningParams::with_content_sha256`].
    #[must_use]
    pub fn with_content_sha256(mut self, send: bool) -> Self {
        self.content_sha256 = send;
        self
    }

    /// As [`SigningParams::with_unsigned_payload`].
    #[must_use]
    pub fn with_unsigned_payload(mut self) -> Self {
        self.payload_signed = false;
        self
    }

    /// As [`SigningParams::with_path_normalization`].
    #[must_use]
    pub fn with_path_normalization(mut self, normalize: bool) -> Self {
        self.path_normalization = normalize;
        self
    }

    /// As [`SigningParams::with_double_encoding`].
    #[must_use]
    pub fn with_double_encoding(mut self, twice: bool) -> Self {
        self.double_encoding = twice;
        self
    }

    /// The name in the credential scope.
    #[must_use]
    pub fn signing_name(&self) -> &str {
        &self.name
    }

    /// The labels of the host before the region.
    #[must_use]
    pub fn host_prefix(&self) -> &str {
        match &self.host {
            Host::Plane(plane) => plane.host_prefix(),
            Host::Prefix(prefix) => prefix,
        }
    }

    /// The region to sign for and to send to, when it is not the client's.
    #[must_use]
    pub fn region(&self) -> Option<&Region> {
        self.region.as_ref()
    }

    /// Whether the service accepts bearer tokens.
    #[must_use]
    pub fn takes_bearer(&self) -> bool {
        self.bearer
    }

    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    /// The signing parameters for a request to this service.
    pub(super) fn params<'a>(
        &'a self,
        credentials: &'a Credentials,
        region: &'a Region,
        now: SystemTime,
    ) -> SigningParams<'a> {
        let params = SigningParams::new(credentials, region.as_str(), &self.name, now)
            .with_content_sha256(self.content_sha256)
            .with_path_normalization(self.path_normalization)
            .with_double_encoding(self.double_encoding);
        if self.payload_signed { params } else { params.with_unsigned_payload() }
    }
}
