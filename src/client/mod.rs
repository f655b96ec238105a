//! The client: settings, credentials and transport put together around the operations.

mod builder;
mod call;
mod caller;
mod error;
mod facade;
mod fitting;
mod hint;
mod models;
mod notice;
mod place;
mod service;
mod settings;
mod signing_service;
mod stream;

use std::fmt;
use std::sync::Arc;

use crate::converse::{ConverseOutput, ConverseRequest, ConverseResponse};
use crate::operation;
use call::Budgets;
use call::attempt::{Attempt, Done, Failed, Verdict};
use fitting::{Fitter, Outgoing};
use models::discovery::Discovery;
use models::fallback::Fallback;
use notice::Notices;
use service::{Invocation, Service};

pub use builder::ClientBuilder;
pub use call::retry::RetryPolicy;
pub use call::timeouts::Timeouts;
pub use error::{Error, ErrorKind, StreamEnd, TimeoutKind};
pub use fitting::FitPolicy;
pub use models::fallback::{InferenceProfileFallback, UnknownInferenceProfileFallback};
pub use notice::Notice;
pub use settings::SettingOrigin;
pub use signing_service::SigningService;
pub use stream::ConverseStream;

/// What a call for a stream ends with.
type Streamed = Result<Done<ConverseStream>, Error>;

const CONVERSE: Invocation = Invocation { build: operation::converse_with, action: "bedrock:InvokeModel" };

const CONVERSE_STREAM: Invocation =
    Invocation { build: operation::converse_stream_with, action: "bedrock:InvokeModelWithResponseStream" };

/// A connection to Bedrock: region, endpoint, credentials and transport.
///
/// Cloning is cheap, and clones share the connections. One client serves any number of requests at once.
///
/// With the transports of this crate, its futures are polled inside a tokio runtime with I/O and time enabled. There may be
/// several, at once or in turn: each has its own connections. Outside of one, a request is an error that says so.
///
/// ```no_run
/// # async fn example() -> Result<(), bedrill::Error> {
/// use bedrill::{Client, ConverseRequest};
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

/// The components. Each has its own data; `facade` exposes their public parts.
struct Parts {
    /// Caller, endpoint and call settings.
    service: Arc<Service>,
    /// The models that were found.
    discovery: Discovery,
    /// The profiles that stand in for models.
    fallback: Fallback,
    /// What is wrong with a file of the AWS CLI that is not used.
    unread: Option<String>,
    /// What is changed in requests before they are sent.
    fitter: Fitter,
    /// Who is told of it.
    notices: Notices,
}

impl Client {
    /// Creates a client from the environment and `~/.aws`, over
    /// [`ReqwestTransport`](crate::transport::ReqwestTransport), or over `HyperTransport` when the feature `hyper` is
    /// on and `reqwest` is not.
    ///
    /// Credentials are looked up at once, so that their absence shows here and not at the first request.
    ///
    /// # Errors
    ///
    /// [`Error`] when a setting cannot be used, or no source has credentials.
    ///
    /// # Cancel safety
    ///
    /// There is no client when the future is dropped, and the search for credentials is abandoned as
    /// [`Chain::load`](crate::auth::Chain::load) says.
    #[cfg(any(feature = "reqwest", feature = "hyper"))]
    pub async fn from_env() -> Result<Self, Error> {
        let client = Self::builder().build()?;
        client.0.service.caller.auth().await?;
        Ok(client)
    }

    /// Configures a client, then [`build`](ClientBuilder::build)s it. What is not set comes from the environment and
    /// `~/.aws`.
    #[must_use]
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// Sends `POST /model/{modelId}/converse-stream` and returns the events as they arrive.
    ///
    /// With a policy that retries streams, the default, it returns once the first content has arrived: an answer that
    /// fails earlier is retried ([`RetryPolicy`]). What arrived with the last attempt, and how it failed, is in
    /// the stream.
    ///
    /// A request that the model would not take as it is, is adjusted ([`fit`](crate::fit)) and the changes are in
    /// [`ConverseStream::notices`]. For a model that does not stream what the request needs, such as tools, Converse is asked,
    /// and its answer is the stream.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or is answered with anything but frames.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and the events that were read in search of content are lost. The request
    /// may have reached the service, which may bill for it. Calling again sends another one. The client keeps what it has
    /// learned: the clock of the service, the profile of a model.
    pub async fn converse_stream(&self, request: &ConverseRequest) -> Result<ConverseStream, Error> {
        let Parts { fitter, discovery, notices, .. } = &*self.0;
        let outgoing = fitter.fit(request, discovery.settings().overlay(), true)?;
        notices.tell(outgoing.iter().flat_map(|outgoing| &outgoing.notices));
        let request = Outgoing::of(outgoing.as_deref(), request);
        // On the heap: thousands of streams then take no more memory than the stream itself once it exists.
        let answering = Box::pin(self.streamed(request, Outgoing::is_whole(outgoing.as_deref())));
        let done = answering.await?;
        let stream = done.answer.with_total(done.total);
        self.0.notices.tell(stream.notices());
        Ok(stream.with_notices(outgoing.into_iter().flat_map(|outgoing| outgoing.notices)))
    }

    /// The answer of ConverseStream; of Converse, as a stream, if `whole`.
    fn streamed<'a>(
        &'a self,
        request: &'a ConverseRequest,
        whole: bool,
    ) -> impl Future<Output = Streamed> + 'a {
        let parts = &*self.0;
        let send_once = move |attempt: Attempt| async move {
            let Parts { service, discovery, fallback, .. } = parts;
            let how = if whole { &CONVERSE } else { &CONVERSE_STREAM };
            let (head, body, notice) = fallback.invoke(service, discovery, request, how, &attempt).await?;
            let stream = if whole {
                ConverseStream::replayed(service, head, body, &attempt).await?
            } else {
                ConverseStream::open(service, head, body, &attempt).await?
            };
            Ok(stream.with_notices(notice))
        };
        parts.service.calls.run(send_once, ConverseStream::verdict)
    }

    /// Sends `POST /model/{modelId}/converse` and reads the whole answer.
    ///
    /// The output is what the service answered and nothing else. What was changed before the request was sent, to fit the
    /// model ([`fit`](crate::fit)) or to reach it ([`InferenceProfileFallback`]), is reported to
    /// [`on_notice`](ClientBuilder::on_notice); a stream has it in [`ConverseStream::notices`] as well.
    ///
    /// # Errors
    ///
    /// [`Error`] when the request cannot be built, signed or sent, or its answer cannot be read.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the connection, and the answer is lost. The request may have reached the service, which may
    /// bill for it. Calling again sends another one. The client keeps what it has learned: the clock of the service,
    /// the profile of a model.
    pub async fn converse(&self, request: &ConverseRequest) -> Result<ConverseResponse, Error> {
        let Parts { service, discovery, fallback, fitter, notices, .. } = &*self.0;
        let outgoing = fitter.fit(request, discovery.settings().overlay(), false)?;
        notices.tell(outgoing.iter().flat_map(|outgoing| &outgoing.notices));
        let request = Outgoing::of(outgoing.as_deref(), request);
        let send_once = |attempt: Attempt| async move {
            let (head, body, notice) =
                fallback.invoke(service, discovery, request, &CONVERSE, &attempt).await?;
            let Budgets { frame, answer } = service.calls.budgets;
            let parse = &move |headers: &_, body: &_| operation::parse_converse_within(headers, body, answer);
            let output = service.calls.document(&head, body, frame, parse, keep_content).await;
            Ok((output.map_err(Failed::from)?, notice))
        };
        let done = service.calls.run(send_once, |_| Verdict::Success).await?;
        let (output, notice) = done.answer;
        notices.tell(&notice);
        Ok(output)
    }
}

/// What the model said is the caller's, whatever it says.
fn keep_content(response: &mut ConverseResponse, original: ConverseResponse) {
    if let (ConverseOutput::Message(message), ConverseOutput::Message(original)) =
        (&mut response.output, original.output)
    {
        message.content = original.content;
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Client");
        self.0.service.place.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
