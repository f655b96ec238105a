//! Builds a client: what the caller sets takes precedence over what the machine is configured with.

use std::fmt;
use std::sync::Arc;

use super::call::attempt::Attempts;
use super::call::{Budgets, Calls};
use super::caller::{Caller, CredentialsFrom};
use super::fitting::{FitPolicy, Fitter};
use super::models::discovery::{Discovery, Store};
use super::models::fallback::{self, Fallback, InferenceProfileFallback, Lookup};
use super::notice::{Notice, Notices};
use super::place::{Named, Place};
use super::service::Service;
use super::{Client, Parts, RetryPolicy, Timeouts, settings};
use crate::auth::{Auth, AuthError, Cache, Chain};
use crate::catalog::DiscoverySettings;
use crate::client::error::Error;
use crate::converse::MessageBuilder;
use crate::endpoint::{EndpointError, Region};
use crate::eventstream::FrameDecoder;
use crate::machine::{Machine, ProfileFiles, Settings, SystemClock, SystemMachine, TimeSource};
use crate::transport::{self, OnClearText, PlainHttp, Transport};

type Wrap = Box<dyn FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport> + Send>;

/// Settings of a [`Client`].
///
/// ```
/// use bedrill::Client;
/// use bedrill::auth::Auth;
/// use bedrill::machine::StaticMachine;
/// use bedrill::credentials::Credentials;
/// # use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
/// # struct MyTransport;
/// # impl Transport for MyTransport {
/// #     fn send(&self, _: http::Request<bytes::Bytes>)
/// #         -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> { unimplemented!() }
/// #     fn sleep(&self, _: std::time::Duration) -> BoxFuture<'static, ()> { unimplemented!() }
/// # }
///
/// let client = Client::builder()
///     .region("eu-central-1")
///     .auth(Auth::SigV4(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG")))
///     .machine(StaticMachine::new()) // an empty machine: no variables, no files
///     .transport(MyTransport)
///     .build()?;
/// # Ok::<(), bedrill::Error>(())
/// ```
pub struct ClientBuilder {
    region: Option<Result<Region, EndpointError>>,
    fallback_region: Option<(Region, String)>,
    endpoint_url: Option<String>,
    runtime_endpoint_url: Option<String>,
    profile: Option<String>,
    bearer: bool,
    auth: Option<Auth>,
    chain: Option<Chain>,
    machine: Arc<dyn Machine>,
    transport: Option<Arc<dyn Transport>>,
    wrap_transport: Option<Wrap>,
    budgets: Budgets,
    retry: Option<RetryPolicy>,
    timeouts: Timeouts,
    correct_skew: bool,
    clock: Arc<dyn TimeSource>,
    inference_profile_fallback: InferenceProfileFallback,
    allowed_geographies: Vec<String>,
    notices: Notices,
    fit: FitPolicy,
    allow_http: bool,
    on_clear_text: Option<OnClearText>,
    discovery: DiscoverySettings,
    lookup: Lookup,
}

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            region: None,
            fallback_region: None,
            endpoint_url: None,
            runtime_endpoint_url: None,
            profile: None,
            bearer: true,
            auth: None,
            chain: None,
            machine: Arc::new(SystemMachine),
            transport: None,
            wrap_transport: None,
            budgets: Budgets { frame: FrameDecoder::DEFAULT_BUDGET, answer: MessageBuilder::DEFAULT_BUDGET },
            retry: None,
            timeouts: Timeouts::new(),
            correct_skew: true,
            clock: Arc::new(SystemClock),
            inference_profile_fallback: InferenceProfileFallback::default(),
            allowed_geographies: Vec::new(),
            notices: Notices::default(),
            fit: FitPolicy::default(),
            allow_http: false,
            on_clear_text: None,
            discovery: DiscoverySettings::new(),
            lookup: fallback::in_list,
        }
    }

    /// The region. It takes precedence over the region in a model's ARN.
    #[must_use]
    pub fn region(mut self, region: impl TryInto<Region, Error: Into<EndpointError>>) -> Self {
        self.region = Some(region.try_into().map_err(Into::into));
        self
    }

    /// The region to use when neither the caller, the model's ARN nor a variable names one; it takes precedence over
    /// the profile's. `origin` says where it comes from.
    #[must_use]
    pub fn fallback_region(mut self, region: Region, origin: impl Into<String>) -> Self {
        self.fallback_region = Some((region, origin.into()));
        self
    }

    /// Sends every request for Bedrock to this URL: a VPC endpoint, a gateway, a server on this machine.
    #[must_use]
    pub fn endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.endpoint_url = Some(url.into());
        self
    }

    /// Sends invocations to this URL, and requests for model lists unless they have an endpoint of their own: for an
    /// endpoint that serves `bedrock-runtime` only. It takes precedence over [`endpoint_url`](Self::endpoint_url).
    #[must_use]
    pub fn runtime_endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.runtime_endpoint_url = Some(url.into());
        self
    }

    /// The profile in `~/.aws` to take credentials and settings from. It takes precedence over keys and tokens in the
    /// environment.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Ignores `AWS_BEARER_TOKEN_BEDROCK`, so that access keys sign. It has no effect on a custom chain.
    #[must_use]
    pub fn no_bearer(mut self) -> Self {
        self.bearer = false;
        self
    }

    /// The credentials that authorize every request. No credential source is then queried.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// The sources to ask for credentials, instead of the standard chain.
    #[must_use]
    pub fn chain(mut self, chain: Chain) -> Self {
        self.chain = Some(chain);
        self
    }

    /// The variables and files to look settings up in, instead of those of the process. One that is shared goes in as an
    /// `Arc`.
    #[must_use]
    pub fn machine(mut self, machine: impl Machine + 'static) -> Self {
        self.machine = Arc::new(machine);
        self
    }

    /// The transport that carries the requests, instead of `ReqwestTransport` (`HyperTransport` without the feature
    /// `reqwest`). One that is shared goes in as an `Arc`.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Wraps the transport: in a recorder, a counter, a limiter. Requests for credentials bypass it.
    #[must_use]
    pub fn wrap_transport<T: Transport + 'static>(
        mut self,
        wrap: impl FnOnce(Arc<dyn Transport>) -> T + Send + 'static,
    ) -> Self {
        self.wrap_transport = Some(Box::new(|inner| Arc::new(wrap(inner))));
        self
    }

    /// The largest frame to accept, in bytes; 32 MiB by default. It also limits the body of a `converse` response. Lists
    /// and descriptions of models may have 8 MiB at most.
    #[must_use]
    pub fn frame_budget(mut self, bytes: usize) -> Self {
        self.budgets.frame = bytes;
        self
    }

    /// The most memory that an assembled answer may take, in bytes; 64 MiB by default. It limits
    /// [`Client::converse`] and [`ConverseStream::collect`](crate::ConverseStream::collect), not the events of a stream,
    /// which are not kept.
    #[must_use]
    pub fn answer_budget(mut self, bytes: usize) -> Self {
        self.budgets.answer = bytes;
        self
    }

    /// How often and how soon a failed request is retried, instead of the default, `AWS_MAX_ATTEMPTS` and
    /// `AWS_RETRY_MODE`.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// How long the client waits for each stage of a call.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Signs with the local clock, uncorrected. By default a client whose requests are refused because of a wrong clock
    /// takes the time from the service's `Date`, and retries once.
    #[must_use]
    pub fn no_clock_skew_correction(mut self) -> Self {
        self.correct_skew = false;
        self
    }

    /// The clock that gives the time to sign with, instead of the system's; a closure works.
    #[must_use]
    pub fn clock(mut self, clock: impl TimeSource + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// What happens when a model is refused because it is not served on demand; [`InferenceProfileFallback::Auto`] by default.
    #[must_use]
    pub fn inference_profile_fallback(mut self, policy: InferenceProfileFallback) -> Self {
        self.inference_profile_fallback = policy;
        self
    }

    /// Geographies whose profiles may stand in for a model besides those of the region's own: `global`, `us`. None by
    /// default: data does not leave the geography unless it is allowed to.
    #[must_use]
    pub fn allow_geographies(mut self, geographies: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed_geographies = geographies.into_iter().map(Into::into).collect();
        self
    }

    /// How models are discovered when the client itself looks for a model's profile. With the settings that the
    /// program lists models with ([`Client::models`]), both share one result; without this, the client requests the
    /// profiles only. The project is always that of the request.
    #[must_use]
    pub fn discovery(mut self, settings: DiscoverySettings) -> Self {
        self.discovery = settings;
        self.lookup = fallback::in_catalog;
        self
    }

    /// Called when something other is sent than what was asked for: under a different model ID, or a request that was
    /// adjusted to its model. Each notice comes once for each call, however often the request was sent; that of an
    /// adjustment comes before it is sent.
    #[must_use]
    pub fn on_notice(mut self, tell: impl Fn(&Notice) + Send + Sync + 'static) -> Self {
        self.notices = Notices::to(tell);
        self
    }

    /// What happens to a request that its model would not take as it is; [`FitPolicy::Adjust`] by default. It concerns
    /// [`Client::converse`] and [`Client::converse_stream`]; what [`Client::send`] sends is never changed. What the overlay of
    /// the [discovery settings](Self::discovery) says of a model takes precedence over the table.
    #[must_use]
    pub fn fit(mut self, policy: FitPolicy) -> Self {
        self.fit = policy;
        self
    }

    /// Sends tokens over plain `http` to other machines, too, and says nothing about signed requests: for a gateway in a
    /// network where nobody else can listen, such as that of a container.
    ///
    /// By default a bearer token, a token of SSO, `aws login` or a web identity, and what a container or instance is given
    /// are sent over `https` only, to this machine, or to the fixed addresses where AWS gives out credentials.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Called with an origin, `http://gateway:4000`, before the first signed request goes there over plain `http`: others
    /// can read prompts, answers and session tokens on the way.
    #[must_use]
    pub fn on_clear_text(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.on_clear_text = Some(transport::once_each(tell));
        self
    }

    /// Builds the client. This reads files but sends nothing.
    ///
    /// # Errors
    ///
    /// [`Error`] when a setting cannot be used, `~/.aws` cannot be read, or there is no transport.
    pub fn build(self) -> Result<Client, Error> {
        let profiles = ProfileFiles::load_unless_named(&*self.machine, self.profile.as_deref())
            .map_err(AuthError::from)?;
        let settings = Settings { machine: &*self.machine, profiles: &profiles };

        let unread = profiles.problem().map(ToString::to_string);
        let place = Place::new(
            settings,
            Named {
                region: self.region.transpose()?,
                fallback_region: self.fallback_region,
                endpoint_url: self.endpoint_url,
                runtime_endpoint_url: self.runtime_endpoint_url,
            },
        )?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => settings::default_transport(settings, &self.timeouts)?,
        };
        let retry = match self.retry {
            Some(policy) => policy,
            None => settings::retry_policy(settings)?,
        };
        // The wrapper around the transport must not see credentials: it may record what passes.
        let credential_transport = Arc::clone(&transport);
        let transport = match self.wrap_transport {
            Some(wrap) => wrap(transport),
            None => transport,
        };
        let plain_http = Arc::new(PlainHttp::new(self.allow_http, self.on_clear_text));
        let credentials = match (self.auth, self.chain) {
            (Some(auth), _) => CredentialsFrom::Fixed(auth),
            (None, chain) => {
                let chain = chain.unwrap_or_else(|| {
                    let chain = Chain::builder().on(Arc::clone(&self.machine));
                    let chain = if self.bearer { chain } else { chain.no_bearer() };
                    match &self.profile {
                        Some(name) => chain.profile(name).build(),
                        None => chain.build(),
                    }
                });
                let chain = chain.or_defaults(
                    &credential_transport,
                    place.explicit_region(),
                    &self.clock,
                    &plain_http,
                );
                CredentialsFrom::Chain(Box::new(Cache::new(chain)))
            }
        };
        let store = Store::of(&self.machine).map(Arc::new);
        let attempts = Attempts::new(retry, self.timeouts, self.correct_skew);
        let service = Arc::new(Service {
            caller: Caller::new(
                credentials,
                self.profile,
                self.machine,
                credential_transport,
                self.clock,
                plain_http,
            ),
            place,
            calls: Calls::new(transport, attempts, self.budgets),
        });
        let (policy, geographies) = (self.inference_profile_fallback, self.allowed_geographies);
        let fallback = Fallback::new(policy, geographies, self.lookup, store.clone());
        let discovery = Discovery::new(Arc::clone(&service), store, self.discovery);
        let fitter = Fitter { policy: self.fit };
        let notices = self.notices;
        Ok(Client(Arc::new(Parts { service, discovery, fallback, unread, fitter, notices })))
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("region", &self.region)
            .field("endpoint_url", &self.endpoint_url)
            .field("runtime_endpoint_url", &self.runtime_endpoint_url)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}
