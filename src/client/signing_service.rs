//! An AWS service as a target of requests: its signing name, its host, and its signing rules.

use std::borrow::Cow;
use std::time::SystemTime;

use crate::credentials::Credentials;
use crate::endpoint::{Plane, Region, SIGNING_NAME};
use crate::sigv4::{SigningOptions, SigningParams};

/// The signing name of S3, its host prefix and its ID.
const S3: &str = "s3";

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
/// An endpoint that is configured for the service replaces its host: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the
/// profile's `services` section and its `endpoint_url`, in this order
/// ([service-specific endpoints](https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html)). There, a
/// bucket in the host prefix becomes the beginning of the path, as with the AWS CLI. The environment and the profile are
/// read when a request is sent.
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
    id: Option<String>,
    region: Option<Region>,
    bearer: bool,
    options: SigningOptions,
}

/// The bucket in the host prefix `my-bucket.s3`.
pub(super) fn bucket(prefix: &str) -> Option<&str> {
    prefix.strip_suffix(S3)?.strip_suffix('.')
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

    /// S3, signed by its own rules ([`SigningOptions::s3`]).
    ///
    /// The host is `s3.{region}`, where a path begins with the bucket. A bucket's own host has the prefix
    /// `{bucket}.s3`.
    #[must_use]
    pub const fn s3() -> Self {
        let mut service = Self::at(Cow::Borrowed(S3), Host::Prefix(Cow::Borrowed(S3)));
        service.options = SigningOptions::s3();
        service
    }

    const fn at(name: Cow<'static, str>, host: Host) -> Self {
        Self { name, host, id: None, region: None, bearer: false, options: SigningOptions::new() }
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

    /// The service's ID, by which variables and profiles name its endpoint: `SFN`, whose host prefix is `states`. Default:
    /// the last label of the host prefix of S3, else all of it, which for most services is their ID.
    #[must_use]
    pub fn with_service_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
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

    /// How the service wants its requests signed. [`s3`](Self::s3) sets what S3 wants; default: as every other service
    /// does.
    #[must_use]
    pub fn with_options(mut self, options: SigningOptions) -> Self {
        self.options = options;
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

    /// The ID as profiles write it: `bedrock_agent_runtime`.
    pub(super) fn service_id(&self) -> String {
        let prefix = self.host_prefix();
        let of_prefix = if bucket(prefix).is_some() { S3 } else { prefix };
        let id = self.id.as_deref().unwrap_or(of_prefix);
        id.trim().replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_ascii_lowercase()
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
        SigningParams::new(credentials, region.as_str(), &self.name, now).with_options(self.options)
    }
}
