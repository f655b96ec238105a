//! A running answer: frames in, events out, nothing in between.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::fallback::Notice;
use crate::converse::{ConverseOutput, ConverseStreamEvent, EventDecoder, MessageBuilder};
use crate::error::Error;
use crate::transport::{Body, TransportError};

/// The events of one ConverseStream answer, as they come.
///
/// It owns the response body and a decoder, and nothing else: there is no task and no channel behind it, reading
/// slowly slows the sender down, and dropping it drops the connection.
///
/// The stream ends (`None`) only after `messageStop`. Everything short of that is an `Err`, and the last item:
/// a cut or corrupt frame, a broken connection, an exception of the service, a body that ends too early.
///
/// ```
/// # async fn example(client: bedrill::Client) -> Result<(), bedrill::Error> {
/// use bedrill::converse::ConverseRequest;
///
/// let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("Why is the sky blue?");
/// let mut stream = client.converse_stream(&request).await?;
/// while let Some(event) = stream.next().await {
///     if let Some(text) = event?.as_text() {
///         println!("{text}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct ConverseStream {
    body: Body,
    decoder: EventDecoder,
    request_id: Option<String>,
    status: u16,
    ended: bool,
    warning: Option<TransportError>,
    notice: Option<Notice>,
}

impl ConverseStream {
    pub(super) fn new(body: Body, decoder: EventDecoder, status: u16, request_id: Option<String>) -> Self {
        Self { body, decoder, request_id, status, ended: false, warning: None, notice: None }
    }

    pub(super) fn with_notice(mut self, notice: Option<Notice>) -> Self {
        self.notice = notice;
        self
    }

    /// The next event; `None` when the answer is complete.
    ///
    /// # Errors
    ///
    /// [`Error`] when the answer is not complete; nothing comes after it.
    pub async fn next(&mut self) -> Option<Result<ConverseStreamEvent, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads to the end and assembles the message, as [`Client::converse`](super::Client::converse) would have
    /// answered.
    ///
    /// # Errors
    ///
    /// [`Error`] when the answer is not complete, or its events do not make a message.
    pub async fn collect(mut self) -> Result<ConverseOutput, Error> {
        let mut message = MessageBuilder::new();
        while let Some(event) = self.next().await {
            message.apply(&event?).map_err(|error| self.described(error.into()))?;
        }
        message.finish().map_err(|error| self.described(error.into()))
    }

    /// The id of the exchange (`x-amzn-requestid`), for AWS support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How many events have been handed out so far.
    #[must_use]
    pub fn events_delivered(&self) -> u64 {
        self.decoder.events_delivered()
    }

    /// How the connection broke after a complete message: the answer is whole, but the `metadata` event with the
    /// token usage may be missing.
    #[must_use]
    pub fn warning(&self) -> Option<&TransportError> {
        self.warning.as_ref()
    }

    /// That another model id was sent than the request names, because the model is not served on demand.
    #[must_use]
    pub fn notice(&self) -> Option<&Notice> {
        self.notice.as_ref()
    }

    fn described(&self, error: Error) -> Error {
        error
            .with_response(self.status, self.request_id.as_deref())
            .with_events_delivered(self.decoder.events_delivered())
    }

    fn fail(&mut self, error: Error) -> Poll<Option<Result<ConverseStreamEvent, Error>>> {
        self.ended = true;
        Poll::Ready(Some(Err(self.described(error))))
    }
}

impl Stream for ConverseStream {
    type Item = Result<ConverseStreamEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.ended {
            return Poll::Ready(None);
        }
        loop {
            match this.decoder.next_event() {
                Ok(Some(event)) => return Poll::Ready(Some(Ok(event))),
                Ok(None) => {}
                Err(error) => return this.fail(error.into()),
            }
            match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(chunk)) => this.decoder.push(&chunk),
                Some(Err(error)) => {
                    // `messageStop` proves the message complete; what breaks behind it costs only the usage.
                    if this.decoder.finish().is_err() {
                        return this.fail(error.into());
                    }
                    this.warning = Some(error);
                    this.ended = true;
                    return Poll::Ready(None);
                }
                None => {
                    if let Err(error) = this.decoder.finish() {
                        return this.fail(error.into());
                    }
                    this.ended = true;
                    return Poll::Ready(None);
                }
            }
        }
    }
}

impl fmt::Debug for ConverseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConverseStream")
            .field("request_id", &self.request_id)
            .field("events_delivered", &self.decoder.events_delivered())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
