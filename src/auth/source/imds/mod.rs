//! Credentials of an EC2 instance: version 2 of its metadata service, and never version 1.
//!
//! ```text
//! PUT /latest/api/token                                      x-aws-ec2-metadata-token-ttl-seconds: 21600   -> TOKEN
//! GET /latest/meta-data/iam/security-credentials/            x-aws-ec2-metadata-token: TOKEN               -> ROLE
//! GET /latest/meta-data/iam/security-credentials/ROLE        x-aws-ec2-metadata-token: TOKEN               -> { .. }
//! ```
//!
//! | what | asked in this order |
//! | --- | --- |
//! | endpoint | the program's, `AWS_EC2_METADATA_SERVICE_ENDPOINT`, the profile's `ec2_metadata_service_endpoint` |
//! | else its mode | the program's, `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`, the profile's `ec2_metadata_service_endpoint_mode` |
//! | else | `http://169.254.169.254` |
//!
//! The mode `IPv6` stands for `http://[fd00:ec2::254]`. `AWS_EC2_METADATA_DISABLED=true` disables the source.
//!
//! Over plain `http` an endpoint must be this machine or one of the fixed addresses, unless
//! `ChainBuilder::allow_http` says otherwise; and it is never asked through a proxy.
//!
//! Off EC2 the address is unreachable, so no request waits longer than a second, and one that times out is not
//! repeated. In a container the answer to `PUT` needs one more hop than the instance allows by default: set its hop
//! limit to 2.
//! Source: [IMDS](https://docs.aws.amazon.com/sdkref/latest/guide/feature-imds-credentials.html).

#[cfg(feature = "client")]
mod load;

use bytes::Bytes;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};

use crate::auth::wire::issued::{self, IssuedError};
use crate::auth::{AuthError, fits_header};
use crate::base::quote::escape;
use crate::base::uri;
use crate::credentials::{Credentials, Secret};
use crate::endpoint::{Endpoint, EndpointError};
use crate::machine::{Machine, ProfileFiles};

pub(crate) const SOURCE: &str = "IMDS";

/// The variable that disables the source.
#[cfg(feature = "client")]
const DISABLED: &str = "AWS_EC2_METADATA_DISABLED";

const ENDPOINT: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
const MODE: &str = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE";

const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
#[cfg(feature = "client")]
const REGION: &str = "/latest/meta-data/placement/region";

const TTL: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token-ttl-seconds");
const TOKEN: HeaderName = HeaderName::from_static("x-aws-ec2-metadata-token");

/// Which of the two default addresses to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointMode {
    /// `http://169.254.169.254`.
    IPv4,
    /// `http://[fd00:ec2::254]`.
    IPv6,
}

impl EndpointMode {
    fn parse(text: &str) -> Option<Self> {
        [("IPv4", Self::IPv4), ("IPv6", Self::IPv6)]
            .into_iter()
            .find_map(|(name, mode)| name.eq_ignore_ascii_case(text).then_some(mode))
    }

    fn url(self) -> &'static str {
        match self {
            Self::IPv4 => "http://169.254.169.254",
            Self::IPv6 => "http://[fd00:ec2::254]",
        }
    }
}

/// How to reach the metadata service. The default leaves everything to the environment.
///
/// ```
/// use bedrill::machine::{ProfileFiles, StaticMachine};
/// use bedrill::auth::imds::Imds;
///
/// let machine = StaticMachine::new().with_var("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6");
/// let endpoint = Imds::new().endpoint(&machine, &ProfileFiles::load(&machine, None)?)?;
/// assert_eq!(endpoint.url(), "http://[fd00:ec2::254]");
/// # Ok::<(), bedrill::auth::AuthError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imds {
    endpoint: Option<String>,
    mode: Option<EndpointMode>,
}

impl Imds {
    /// Uses the settings of the environment and the profile.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this endpoint, whatever the environment says.
    #[must_use]
    pub fn with_endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Uses the default endpoint of this mode, unless an endpoint is configured anywhere.
    #[must_use]
    pub fn with_mode(mut self, mode: EndpointMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Returns the endpoint of the metadata service.
    ///
    /// # Errors
    ///
    /// When an endpoint is not a URL, or a mode is neither `IPv4` nor `IPv6`.
    pub fn endpoint(&self, machine: &dyn Machine, files: &ProfileFiles) -> Result<Endpoint, AuthError> {
        let setting = |variable: &str, property: &str| {
            let from_variable = machine.setting(variable).map(|value| (value, variable.to_owned()));
            from_variable.or_else(|| {
                let setting = files.setting(property)?;
                Some((setting.value().to_owned(), files.place(setting.origin())))
            })
        };
        let named = self.endpoint.clone().map(|url| (url, "the endpoint that was set".to_owned()));
        if let Some((url, place)) = named.or_else(|| setting(ENDPOINT, "ec2_metadata_service_endpoint")) {
            return Endpoint::custom(&url).map_err(|error| {
                let problem = match &error {
                    EndpointError::InvalidEndpoint { url, problem } => format!("{}: {problem}", escape(url)),
                    other => other.to_string(),
                };
                AuthError::new(SOURCE, format!("{place}: {problem}"))
                    .with_hint("an endpoint looks like http://169.254.169.254")
            });
        }
        let mode = match self.mode {
            Some(mode) => mode,
            None => match setting(MODE, "ec2_metadata_service_endpoint_mode") {
                None => EndpointMode::IPv4,
                Some((text, place)) => EndpointMode::parse(&text).ok_or_else(|| {
                    let problem = format!("{place}: `{}` is not a valid endpoint mode", escape(&text));
                    AuthError::new(SOURCE, problem).with_hint("it must be IPv4 or IPv6")
                })?,
            },
        };
        Endpoint::custom(mode.url()).map_err(|error| AuthError::new(SOURCE, error.to_string()))
    }
}

/// Builds the request for a token that lasts six hours.
///
/// # Errors
///
/// [`EndpointError`] when the endpoint cannot take a path.
pub fn token_request(endpoint: &Endpoint) -> Result<Request<Bytes>, EndpointError> {
    let mut request = endpoint.request(Method::PUT, "/latest/api/token", Bytes::new())?;
    request.headers_mut().insert(TTL, HeaderValue::from_static("21600"));
    Ok(request)
}

/// Parses the token in an answer; `None` when it is not a token.
#[must_use]
pub fn parse_token(body: &[u8]) -> Option<Secret> {
    let text = std::str::from_utf8(body).ok()?.trim();
    fits_header(text).then(|| Secret::new(text))
}

/// Builds the request for the name of the instance's role.
///
/// # Errors
///
/// As [`token_request`].
pub fn role_request(endpoint: &Endpoint, token: &Secret) -> Result<Request<Bytes>, EndpointError> {
    get(endpoint, ROLES, token)
}

/// Returns the name of the role in an answer: its first line. `None` when there is none.
#[must_use]
pub fn parse_role(body: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(body).ok()?.trim().lines().next()?.trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (!name.is_empty() && name.len() <= 128 && name.bytes().all(fits)).then_some(name)
}

/// Builds the request for the credentials of `role`.
///
/// # Errors
///
/// As [`token_request`].
pub fn credentials_request(
    endpoint: &Endpoint,
    role: &str,
    token: &Secret,
) -> Result<Request<Bytes>, EndpointError> {
    get(endpoint, &format!("{ROLES}{}", uri::encode_label(role)), token)
}

/// Parses the credentials in an answer.
///
/// # Errors
///
/// When the document is malformed, or its `Code` is not `Success`.
pub fn parse_credentials(body: &[u8]) -> Result<Credentials, IssuedError> {
    issued::parse(body)
}

fn get(endpoint: &Endpoint, path: &str, token: &Secret) -> Result<Request<Bytes>, EndpointError> {
    let mut request = endpoint.request(Method::GET, path, Bytes::new())?;
    // A token that does not fit a header is not sent, and the service answers 401.
    if let Ok(mut value) = HeaderValue::from_str(token.expose()) {
        value.set_sensitive(true);
        request.headers_mut().insert(TOKEN, value);
    }
    Ok(request)
}
