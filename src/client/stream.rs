//! A streaming answer: frames in, events out, nothing in between.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use http::StatusCode;

use super::call::Budgets;
use super::call::attempt::{Attempt, Verdict};
use super::call::head::Head;
use super::call::timer::{StreamTimers, Timer};
use super::notice::Notice;
use super::service::Service;
use crate::client::error::{Error, ErrorKind, Progress, TimedOut};
use crate::converse::{ConverseResponse, ConverseStreamEvent, EventDecoder, MessageBuilder};
use crate::operation;
use crate::transport::{Body, BoxFuture};

/// How many events are read ahead at most while waiting for content. Only `messageStart` precedes it.
const READ_AHEAD: usize = 16;

/// The events of one ConverseStream answer, as they arrive.
///
/// It owns the response body and a decoder, and nothing else: there is no task and no channel behind it, reading
/// slowly slows the sender down, and dropping it drops the connection.
///
/// The stream ends (`None`) only after `messageStop`. Everything short of that is an `Err`, and the last item:
/// a cut or corrupt frame, a broken connection, an exception of the service, a body that ends too early.
/// [`Error::stream_end`] says which.
///
/// ```
/// # async fn example(client: bedrill::Client) -> Result<(), bedrill::Error> {
/// use bedrill::ConverseRequest;
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
    reader: Box<Reader>,
    request_id: Option<String>,
    status: StatusCode,
    attempts: u32,
    /// Events that were read ahead, and not returned yet.
    ahead: VecDeque<ConverseStreamEvent>,
    /// How reading ahead ended.
    failure: Option<Error>,
    delivered: u64,
    ended: bool,
    notices: Vec<Notice>,
    /// How much memory the assembled answer may take.
    budget: usize,
}

impl ConverseStream {
    /// The stream made of `head` and `body`, read up to its first content when the policy says so.
    pub(super) async fn open(
        service: &Service,
        head: Head,
        mut body: Body,
        attempt: &Attempt,
    ) -> Result<Self, Error> {
        let calls = &service.calls;
        let request_id = operation::request_id(&head.headers).map(str::to_owned);
        let status = head.status;
        if operation::expect_event_stream(&head.headers, &[]).is_err() {
            let beginning = calls.beginning(&mut body).await;
            operation::expect_event_stream(&head.headers, &head.redactor.bytes(&beginning))
                .map_err(|error| Error::from(error).with_response(status, request_id.as_deref()))?;
        }
        // The headers share the buffer that the connection reads into, and would keep it from being used again.
        let Head { redactor, .. } = head;
        let (decoder, timers) = (calls.decoder().with_redactor(redactor), calls.stream_timers());
        let mut stream = Self::new(body, decoder, timers, status, request_id, attempt.number());
        stream.budget = calls.budgets.answer;
        if calls.waits_for_content() {
            stream.wait_for_content().await;
        }
        Ok(stream)
    }

    fn new(
        body: Body,
        decoder: EventDecoder,
        timers: StreamTimers,
        status: StatusCode,
        request_id: Option<String>,
        attempts: u32,
    ) -> Self {
        Self {
            reader: Box::new(Reader { body, decoder, timers, warning: None }),
            request_id,
            status,
            attempts,
            ahead: VecDeque::new(),
            failure: None,
            delivered: 0,
            ended: false,
            notices: Vec::new(),
            budget: MessageBuilder::DEFAULT_BUDGET,
        }
    }

    /// The stream of the events of a whole answer. Boxed: few models need it.
    pub(super) fn replayed<'a>(
        service: &'a Service,
        head: Head,
        body: Body,
        attempt: &'a Attempt,
    ) -> BoxFuture<'a, Result<Self, Error>> {
        Box::pin(async move {
            let calls = &service.calls;
            let Budgets { frame, answer } = calls.budgets;
            let parse = &move |headers: &_, body: &_| operation::parse_converse_events(headers, body, answer);
            let events = calls
                .document(&head, body, frame, parse, |events, original| keep_content(events, original))
                .await?;
            let request_id = operation::request_id(&head.headers).map(str::to_owned);
            let (decoder, timers) = (calls.decoder(), calls.stream_timers());
            let body = Body::from(bytes::Bytes::new());
            let mut stream = Self::new(body, decoder, timers, head.status, request_id, attempt.number());
            stream.budget = answer;
            stream.ahead = events.into();
            stream.ended = true;
            Ok(stream)
        })
    }

    /// The same, with more notices.
    pub(super) fn with_notices(mut self, notices: impl IntoIterator<Item = Notice>) -> Self {
        self.notices.extend(notices);
        self
    }

    /// The same, with the limit for the whole call.
    pub(super) fn with_total(mut self, total: Option<Timer>) -> Self {
        self.reader.timers.total = total;
        self
    }

    /// Reads ahead until there is content, or the answer ends or fails; the events read are returned later.
    async fn wait_for_content(&mut self) {
        while self.ahead.len() < READ_AHEAD {
            match std::future::poll_fn(|context| self.reader.poll_event(context)).await {
                Some(Ok(event)) => {
                    let content = !matches!(event, ConverseStreamEvent::MessageStart(_));
                    self.ahead.push_back(event);
                    if content {
                        return;
                    }
                }
                Some(Err(error)) => {
                    self.failure = Some(error);
                    self.ended = true;
                    return;
                }
                None => {
                    self.ended = true;
                    return;
                }
            }
        }
    }

    /// Whether the answer has failed before its first content.
    pub(super) fn verdict(&self) -> Verdict<'_> {
        let Some(error) = &self.failure else { return Verdict::Success };
        // A limit that ran out is not tried again: the service may still be at work.
        match error.retryable() {
            Some(failure) if error.kind() != ErrorKind::Timeout => Verdict::Retryable(failure),
            _ => Verdict::Final,
        }
    }

    /// The next event; `None` when the answer is complete.
    ///
    /// # Errors
    ///
    /// [`Error`] when the answer is not complete; nothing follows it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future while it waits loses nothing: the part of the next event that has arrived stays in the
    /// stream, and the next call continues from there. It may be used in a `select!`, in a loop. The
    /// [limits](crate::client::Timeouts) on silence keep counting from when the first of these calls began to wait, until bytes
    /// arrive.
    pub async fn next(&mut self) -> Option<Result<ConverseStreamEvent, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Reads to the end and assembles the message that [`Client::converse`](super::Client::converse) would have
    /// returned.
    ///
    /// # Errors
    ///
    /// [`Error`] when the answer is not complete, its events do not form a message, or it is over the
    /// [budget](crate::ClientBuilder::answer_budget). What arrived before is in [`Error::received`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the stream, and with it what has arrived. To keep that, apply the events of
    /// [`next`](Self::next) to a [`MessageBuilder`].
    pub async fn collect(mut self) -> Result<ConverseResponse, Error> {
        let mut message = MessageBuilder::with_budget(self.budget);
        while let Some(event) = self.next().await {
            let applied =
                event.and_then(|event| message.apply(&event).map_err(|error| self.described(error.into())));
            if let Err(error) = applied {
                return Err(error.with_received(message));
            }
        }
        let finished = message.finish();
        finished.map_err(|error| self.described(error.into()).with_received(message))
    }

    /// The request ID (`x-amzn-requestid`), for AWS support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How many events have been returned so far.
    #[must_use]
    pub fn events_delivered(&self) -> u64 {
        self.delivered
    }

    /// How many requests it took to get this answer: 1, or more when earlier ones failed before their first content.
    /// Each may have been billed for its input.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// What went wrong although the message is complete: the connection broke or stalled behind it, or something came
    /// that cannot be used. The token usage may be missing. `None` before the end of the stream.
    #[must_use]
    pub fn warning(&self) -> Option<&Error> {
        self.reader.warning.as_ref()
    }

    /// What was sent other than what was asked for: another model ID, or a request that was adjusted to its model.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn described(&self, error: Error) -> Error {
        error
            .with_response(self.status, self.request_id.as_deref())
            .with_attempts(self.attempts)
            .in_stream(self.delivered)
    }
}

/// What the model said is the caller's, whatever it says.
fn keep_content(events: &mut [ConverseStreamEvent], original: Vec<ConverseStreamEvent>) {
    for (event, original) in events.iter_mut().zip(original) {
        if let ConverseStreamEvent::ContentBlockStart(_) | ConverseStreamEvent::ContentBlockDelta(_) =
            original
        {
            *event = original;
        }
    }
}

impl Stream for ConverseStream {
    type Item = Result<ConverseStreamEvent, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let item = match this.ahead.pop_front() {
            Some(event) => {
                if this.ahead.is_empty() {
                    // The stream may run for long, and does not need it again.
                    this.ahead = VecDeque::new();
                }
                Some(Ok(event))
            }
            None if this.failure.is_some() => this.failure.take().map(Err),
            None if this.ended => None,
            None => {
                let item = ready!(this.reader.poll_event(context));
                this.ended = !matches!(item, Some(Ok(_)));
                item
            }
        };
        if let Some(Err(error)) = item {
            return Poll::Ready(Some(Err(this.described(error))));
        }
        this.delivered = this.delivered.saturating_add(item.is_some().into());
        Poll::Ready(item)
    }
}

/// Reads an answer. On the heap, because streams are moved: a call waiting for its answer reserves room for one in
/// several places.
struct Reader {
    body: Body,
    decoder: EventDecoder,
    timers: StreamTimers,
    /// What went wrong although the answer is complete.
    warning: Option<Error>,
}

impl Reader {
    /// The next event; `None` when the answer is complete.
    fn poll_event(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<ConverseStreamEvent, Error>>> {
        loop {
            match self.decoder.next_event() {
                Ok(Some(event)) => {
                    self.timers.frame_came();
                    return Poll::Ready(Some(Ok(event)));
                }
                Ok(None) if self.decoder.is_over() => return Poll::Ready(self.end()),
                Ok(None) => {}
                Err(error) => return Poll::Ready(Some(Err(error.into()))),
            }
            if let Poll::Ready(timed_out) = self.timers.poll_total(context) {
                return Poll::Ready(self.out_of_time(timed_out));
            }
            match Pin::new(&mut self.body).poll_next(context) {
                Poll::Ready(Some(Ok(chunk))) => {
                    self.timers.chunk_came();
                    self.decoder.push_bytes(chunk);
                }
                Poll::Ready(Some(Err(error))) => {
                    let error = error.without_secrets(self.decoder.redactor());
                    return Poll::Ready(self.broken(error.into()));
                }
                Poll::Ready(None) => return Poll::Ready(self.end()),
                Poll::Pending => {
                    let in_frame = self.decoder.buffered() > 0;
                    let timed_out = ready!(self.timers.poll_waiting(in_frame, context));
                    return Poll::Ready(self.out_of_time(timed_out));
                }
            }
        }
    }

    fn out_of_time(&mut self, mut timed_out: TimedOut) -> Option<Result<ConverseStreamEvent, Error>> {
        timed_out.progress = Some(Progress {
            last_event: self.decoder.last_event().map(str::to_owned),
            buffered: self.decoder.buffered(),
        });
        self.broken(timed_out.into())
    }

    /// The body has ended, or nothing more of it can be used.
    fn end(&mut self) -> Option<Result<ConverseStreamEvent, Error>> {
        self.warning = self.decoder.warning().map(Error::from);
        self.decoder.finish().err().map(|error| Err(error.into()))
    }

    /// `messageStop` proves the message complete; a failure after it loses only the usage.
    fn broken(&mut self, error: Error) -> Option<Result<ConverseStreamEvent, Error>> {
        if self.decoder.finish().is_err() {
            return Some(Err(error));
        }
        self.warning = Some(error);
        None
    }
}

impl fmt::Debug for ConverseStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConverseStream")
            .field("request_id", &self.request_id)
            .field("attempts", &self.attempts)
            .field("events_delivered", &self.delivered)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
