//! The client: settings, credentials and transport put together around the operations.

mod builder;
mod call;
mod caller;
mod error;
mod hint;
mod models;
mod place;
mod settings;
mod stream;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use crate::auth::{Auth, Cache};
use crate::catalog::DiscoverySettings;
use crate::converse::{ConverseOutput, ConverseRequest, EventDecoder};
use crate::endpoint::{Endpoint, EndpointError, HostVariant, Plane, Region};
use crate::machine::Host;
use crate::operation;
use crate::transport::{Body, Transport};
use call::attempt::{Attempt, Attempts, Failed, Verdict};
use call::timer::StreamTimers;
use models::discovery::{Discovery, Store};
use models::fallback::{Fallback, Invocation};

pub use builder::ClientBuilder;
pub use call::retry::RetryPolicy;
pub use call::timeouts::Timeouts;
pub use error::{Error, ErrorKind, StreamEnd, TimeoutKind};
pub use models::fallback::{Notice, ProfileFallback, UnknownProfileFallback};
pub use settings::SettingOrigin;
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
    /// What says so; `None` when nothing does.
    region_setting: Option<SettingOrigin>,
    /// What the instance answered when it was asked for its region.
    instance_region: OnceLock<Option<Region>>,
    /// The profile that the caller named.
    profile: Option<String>,
    host: Arc<dyn Host>,
    /// What carries requests for credentials: nothing that is put around the transport sees them.
    credential_transport: Arc<dyn Transport>,
    host_variant: HostVariant,
    endpoint_url: Option<(String, SettingOrigin)>,
    control_endpoint_url: Option<(String, SettingOrigin)>,
    fallback: Fallback,
    discovery: Discovery,
    /// How models are found when the client itself looks for one.
    discovery_settings: DiscoverySettings,
    /// Where answers are kept; `None` where the host has no such place.
    store: Option<Store>,
    frame_budget: usize,
    attempts: Attempts,
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
    /// With a policy that retries streams, the default, it returns when the first content is there: an answer that
    /// fails before is asked for again ([`RetryPolicy`]). What came with the last attempt, and how it failed, is in
    /// the stream.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or is answered with anything but frames.
    pub async fn converse_stream(&self, request: &ConverseRequest) -> Result<ConverseStream, Error> {
        let how = Invocation {
            build: operation::converse_stream_with,
            action: "bedrock:InvokeModelWithResponseStream",
        };
        let send_once = |attempt: Attempt| async move {
            let (head, body, notice) = self.invoke(request, how, &attempt).await?;
            let stream = self.open_stream(head, body, &attempt).await?;
            Ok(stream.with_notice(notice))
        };
        // On the heap: thousands of streams then hold no more than the stream when it is there.
        let answering = Box::pin(self.0.attempts.run(&*self.0.transport, send_once, ConverseStream::verdict));
        let done = answering.await?;
        self.tell(done.answer.notice());
        Ok(done.answer.with_total(done.total))
    }

    async fn open_stream(
        &self,
        head: http::response::Parts,
        mut body: Body,
        attempt: &Attempt,
    ) -> Result<ConverseStream, Error> {
        let Attempts { policy, timeouts, .. } = &self.0.attempts;
        let request_id = operation::request_id(&head.headers).map(str::to_owned);
        let status = head.status.as_u16();
        if operation::expect_event_stream(&head.headers, &[]).is_err() {
            // The first bytes tell what answered; that they cannot be read does not matter then.
            let beginning =
                call::timer::read_at_most(&mut body, ERROR_BODY, &*self.0.transport, timeouts).await;
            let beginning = self.quotable(&beginning.unwrap_or_default()).await;
            operation::expect_event_stream(&head.headers, &beginning)
                .map_err(|error| Error::from(error).with_response(status, request_id.as_deref()))?;
        }
        // The headers share the buffer that the connection reads into, and would keep it from being used again.
        drop(head);
        let decoder = EventDecoder::with_budget(self.0.frame_budget);
        let timers = StreamTimers::new(Arc::clone(&self.0.transport), *timeouts);
        let mut stream = ConverseStream::new(body, decoder, timers, status, request_id, attempt.number());
        if policy.waits_for_content() {
            stream.wait_for_content().await;
        }
        Ok(stream)
    }

    /// Sends `POST /model/{modelId}/converse` and reads the whole answer.
    ///
    /// The output is what the service answered and nothing else. That another id was sent than the request names
    /// ([`ProfileFallback`]) is told to [`on_notice`](ClientBuilder::on_notice); a stream has it in
    /// [`ConverseStream::notice`] as well.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or its answer is not one.
    pub async fn converse(&self, request: &ConverseRequest) -> Result<ConverseOutput, Error> {
        let how = Invocation { build: operation::converse_with, action: "bedrock:InvokeModel" };
        let send_once = |attempt: Attempt| async move {
            let (head, body, notice) = self.invoke(request, how, &attempt).await?;
            let output = self.document(&head, body, operation::parse_converse).await.map_err(Failed::from)?;
            Ok((output, notice))
        };
        let done = self.0.attempts.run(&*self.0.transport, send_once, |_| Verdict::Success).await?;
        let (output, notice) = done.answer;
        self.tell(notice.as_ref());
        Ok(output)
    }

    /// Where the requests of `plane` go for `region`.
    ///
    /// # Errors
    ///
    /// [`EndpointError`] when the configured endpoint cannot be used.
    pub fn endpoint(&self, plane: Plane, region: &Region) -> Result<Endpoint, EndpointError> {
        let url = self.endpoint_setting(plane).map(|(url, _)| url);
        Endpoint::resolve(plane, Some(region), self.0.host_variant, url)
    }

    /// The URL that was set for the requests of `plane`, and what set it; `None` when they go to the region's own host.
    #[must_use]
    pub fn endpoint_setting(&self, plane: Plane) -> Option<(&str, &SettingOrigin)> {
        let setting = match plane {
            Plane::Data => &self.0.endpoint_url,
            Plane::Control => &self.0.control_endpoint_url,
        };
        setting.as_ref().map(|(url, origin)| (url.as_str(), origin))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("explicit_region", &self.0.explicit_region)
            .field("default_region", &self.0.default_region)
            .field("endpoint_url", &self.0.endpoint_url)
            .finish_non_exhaustive()
    }
}
