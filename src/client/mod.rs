//! The client: settings, credentials and transport put together around the operations.

mod builder;
mod control;
mod discovery;
mod echo;
mod fallback;
mod hint;
mod identity;
mod refresh;
mod region;
mod settings;
mod stream;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bytes::Bytes;

use crate::auth::{Auth, Cache, Host};
use crate::converse::{ConverseOutput, ConverseRequest, EventDecoder};
use crate::endpoint::{Endpoint, EndpointError, HostVariant, Plane, Region, SIGNING_NAME};
use crate::error::Error;
use crate::model_id::ModelId;
use crate::operation::{self, ServiceError};
use crate::transport::{Body, Transport};
use hint::Circumstances;

use discovery::{Discovery, Store};
use fallback::{Fallback, Invocation};

pub use builder::ClientBuilder;
pub use fallback::{Notice, ProfileFallback, UnknownProfileFallback};
pub use region::RegionOrigin;
pub use stream::ConverseStream;

/// How much of an answer that is not a success is read, in bytes: messages are short, proxies' pages are not.
const ERROR_BODY: usize = 64 * 1024;

/// A connection to Bedrock: region, endpoint, credentials and transport.
///
/// Cloning is cheap, and clones share the connections. One client serves any number of requests at once.
///
/// ```no_run
/// # async fn example() -> Result<(), bedrill::Error> {
/// use bedrill::Client;
/// use bedrill::converse::ConverseRequest;
///
/// let client = Client::from_env().await?;
/// let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("Why is the sky blue?");
/// let output = client.converse_stream(&request).await?.collect().await?;
/// println!("{}", output.text());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Parts>);

struct Parts {
    transport: Arc<dyn Transport>,
    credentials: CredentialsFrom,
    /// What the caller set; it goes before the region in a model's ARN.
    explicit_region: Option<Region>,
    /// What the environment and the profile say, else `us-east-1`.
    default_region: Region,
    /// Where the environment or the profile says so; `None` when neither does.
    region_setting: Option<String>,
    /// What the instance answered when it was asked for its region.
    instance_region: OnceLock<Option<Region>>,
    /// The profile that the caller named.
    profile: Option<String>,
    host: Arc<dyn Host>,
    /// What carries requests for credentials: nothing that is put around the transport sees them.
    credential_transport: Arc<dyn Transport>,
    host_variant: HostVariant,
    endpoint_url: Option<String>,
    control_endpoint_url: Option<String>,
    fallback: Fallback,
    discovery: Discovery,
    /// Where answers are kept; `None` where the host has no such place.
    store: Option<Store>,
    frame_budget: usize,
    signing_keys: crate::sigv4::SigningKeyCache,
    clock: fn() -> SystemTime,
}

enum CredentialsFrom {
    Fixed(Auth),
    Chain(Box<Cache>),
}

impl Client {
    /// A client as the environment and `~/.aws` describe it, over
    /// [`ReqwestTransport`](crate::transport::ReqwestTransport), or over `HyperTransport` when the feature `hyper` is
    /// on and `reqwest` is not.
    ///
    /// Credentials are looked for at once, so that their absence shows here and not at the first request.
    ///
    /// # Errors
    ///
    /// [`Error`] when a setting cannot be used, or no source has credentials.
    #[cfg(any(feature = "reqwest", feature = "hyper"))]
    pub async fn from_env() -> Result<Self, Error> {
        let client = Self::builder().build()?;
        client.auth().await?;
        Ok(client)
    }

    /// Settings, then [`build`](ClientBuilder::build). What is not set comes from the environment and `~/.aws`.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends `POST /model/{modelId}/converse-stream` and hands the events out as they come.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or is answered with anything but frames.
    pub async fn converse_stream(&self, request: &ConverseRequest) -> Result<ConverseStream, Error> {
        let how = Invocation {
            build: operation::converse_stream_with,
            action: "bedrock:InvokeModelWithResponseStream",
        };
        let (head, mut body, notice) = self.invoke(request, how).await?;
        let request_id = operation::request_id(&head.headers).map(str::to_owned);
        let status = head.status.as_u16();
        if operation::expect_event_stream(&head.headers, &[]).is_err() {
            // The first bytes tell what answered; that they cannot be read does not matter then.
            let beginning = body.read_at_most(ERROR_BODY).await.unwrap_or_default();
            operation::expect_event_stream(&head.headers, &self.quotable(&beginning).await)
                .map_err(|error| Error::from(error).with_response(status, request_id.as_deref()))?;
        }
        let decoder = EventDecoder::with_budget(self.0.frame_budget);
        Ok(ConverseStream::new(body, decoder, status, request_id).with_notice(notice))
    }

    /// Sends `POST /model/{modelId}/converse` and reads the whole answer.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or its answer is not one.
    pub async fn converse(&self, request: &ConverseRequest) -> Result<ConverseOutput, Error> {
        let how = Invocation { build: operation::converse_with, action: "bedrock:InvokeModel" };
        let (head, mut body, _) = self.invoke(request, how).await?;
        let request_id = operation::request_id(&head.headers);
        let described = |error: Error| error.with_response(head.status.as_u16(), request_id);
        let whole = body.read_at_most(self.0.frame_budget).await.map_err(|error| described(error.into()))?;
        if let Ok(output) = operation::parse_converse(&head.headers, &whole) {
            return Ok(output);
        }
        // Read again for the error, which quotes it.
        operation::parse_converse(&head.headers, &self.quotable(&whole).await)
            .map_err(|error| described(error.into()))
    }

    /// Where the requests of `plane` go for `region`.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when the configured endpoint cannot be used.
    pub fn endpoint(&self, plane: Plane, region: &Region) -> Result<Endpoint, EndpointError> {
        let url = match plane {
            Plane::Data => &self.0.endpoint_url,
            Plane::Control => &self.0.control_endpoint_url,
        };
        Endpoint::resolve(plane, Some(region), self.0.host_variant, url.as_deref())
    }

    /// Invokes `model_id`, which may be another than `request` names, in the region that is its own.
    async fn invoke_as(
        &self,
        model_id: &ModelId,
        request: &ConverseRequest,
        how: Invocation,
    ) -> Result<(http::response::Parts, Body), Error> {
        self.invoke_in(self.region_for(model_id), model_id, request, how).await
    }

    async fn invoke_in(
        &self,
        region: &Region,
        model_id: &ModelId,
        request: &ConverseRequest,
        how: Invocation,
    ) -> Result<(http::response::Parts, Body), Error> {
        let endpoint = self.endpoint(Plane::Data, region)?;
        let http = (how.build)(model_id.as_str(), request, &endpoint)?;
        let advise = |error: &ServiceError, auth: &Auth| {
            hint::for_error(error, &Circumstances { region, model_id, auth, action: how.action })
        };
        self.exchange(http, region, advise).await
    }

    /// Authorizes and sends; an answer other than 200 is an error, with what `advise` says about it.
    async fn exchange(
        &self,
        mut http: http::Request<Bytes>,
        region: &Region,
        advise: impl FnOnce(&ServiceError, &Auth) -> Option<String>,
    ) -> Result<(http::response::Parts, Body), Error> {
        http.headers_mut().insert(http::header::USER_AGENT, USER_AGENT);
        let mut auth = self.auth().await?;
        let mut answer = self.send(http.clone(), region, &auth).await?;
        if let Err((_, error)) = &answer
            && let Some(other) = self.replacement(error, &auth).await
        {
            auth = other;
            answer = self.send(http, region, &auth).await?;
        }
        let (head, error) = match answer {
            Ok(success) => return Ok(success),
            Err(refusal) => refusal,
        };
        let advice = if head.status.is_redirection() {
            Some("redirects are not followed, because they would carry the credentials along".to_owned())
        } else {
            advise(&error, &auth)
        };
        Err(Error::from(error).with_hint(advice))
    }

    /// Authorizes and sends once: the answer when it is a success, else what the service says.
    async fn send(
        &self,
        mut http: http::Request<Bytes>,
        region: &Region,
        auth: &Auth,
    ) -> Result<Result<(http::response::Parts, Body), (http::response::Parts, ServiceError)>, Error> {
        let now = (self.0.clock)();
        auth.authorize_with_keys(&mut http, region.as_str(), SIGNING_NAME, now, Some(&self.0.signing_keys))?;
        let (head, mut body) = self.0.transport.send(http).await?.into_parts();
        if head.status == http::StatusCode::OK {
            return Ok(Ok((head, body)));
        }
        let whole = body.read_at_most(ERROR_BODY).await.unwrap_or_default();
        let whole = echo::redacted(&whole, auth);
        let error = operation::parse_error(head.status.as_u16(), &head.headers, &whole);
        Ok(Err((head, error)))
    }
}

/// Not signed, as the SDKs leave it out too: proxies like to rewrite it.
const USER_AGENT: http::HeaderValue =
    http::HeaderValue::from_static(concat!("bedrill/", env!("CARGO_PKG_VERSION")));

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("explicit_region", &self.0.explicit_region)
            .field("default_region", &self.0.default_region)
            .field("endpoint_url", &self.0.endpoint_url)
            .finish_non_exhaustive()
    }
}
