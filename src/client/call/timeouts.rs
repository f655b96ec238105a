//! How long the client waits for each stage of a call.

use std::time::Duration;

/// How long the client waits for each stage of a call. Zero or `None` means no limit.
///
/// | limit | default | what it bounds |
/// | --- | --- | --- |
/// | [`connect`](Self::with_connect) | 3.1 s | making a connection: name, TCP, TLS |
/// | [`first_byte`](Self::with_first_byte) | 600 s | from sending a request to the head of its response; large models think long |
/// | [`idle`](Self::with_idle) | 300 s | silence, between two frames or inside one |
/// | [`frame`](Self::with_frame) | 300 s | one frame, however slowly it arrives; the body of a non-streaming answer |
/// | [`total`](Self::with_total) | none | the whole call: retries, waits between them, and reading the stream |
///
/// Only waiting for the network counts: a program may take its time with each event. The exception is the total, which
/// runs by the clock.
///
/// The first four limit one attempt. Attempts that time out before content are retried, as the
/// [`RetryPolicy`](crate::client::RetryPolicy) says; a stream that stalls is not.
///
/// ```
/// use bedrill::client::Timeouts;
/// use std::time::Duration;
///
/// let timeouts = Timeouts::new().with_idle(Duration::from_secs(30)).with_first_byte(None);
/// assert_eq!(timeouts.idle(), Some(Duration::from_secs(30)));
/// assert_eq!(timeouts.first_byte(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    connect: Option<Duration>,
    first_byte: Option<Duration>,
    idle: Option<Duration>,
    frame: Option<Duration>,
    total: Option<Duration>,
}

impl Timeouts {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            // Same as the AWS SDK for Rust.
            connect: Some(Duration::from_millis(3_100)),
            first_byte: Some(Duration::from_secs(600)),
            idle: Some(Duration::from_secs(300)),
            frame: Some(Duration::from_secs(300)),
            total: None,
        }
    }

    /// No limit at all.
    #[must_use]
    pub fn none() -> Self {
        Self { connect: None, first_byte: None, idle: None, frame: None, total: None }
    }

    /// Sets how long making a connection may take. The builder sets it in its own transport; a custom one has
    /// its own limit.
    #[must_use]
    pub fn with_connect(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.connect = unless_zero(limit);
        self
    }

    /// Sets how long the head of a response may take.
    #[must_use]
    pub fn with_first_byte(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.first_byte = unless_zero(limit);
        self
    }

    /// Sets how long the stream may be silent.
    #[must_use]
    pub fn with_idle(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.idle = unless_zero(limit);
        self
    }

    /// Sets how long one frame may take.
    #[must_use]
    pub fn with_frame(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.frame = unless_zero(limit);
        self
    }

    /// Sets how long the whole call may take.
    #[must_use]
    pub fn with_total(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.total = unless_zero(limit);
        self
    }

    /// How long making a connection may take.
    #[must_use]
    pub fn connect(&self) -> Option<Duration> {
        self.connect
    }

    /// How long the head of a response may take.
    #[must_use]
    pub fn first_byte(&self) -> Option<Duration> {
        self.first_byte
    }

    /// How long the stream may be silent.
    #[must_use]
    pub fn idle(&self) -> Option<Duration> {
        self.idle
    }

    /// How long one frame may take.
    #[must_use]
    pub fn frame(&self) -> Option<Duration> {
        self.frame
    }

    /// How long the whole call may take.
    #[must_use]
    pub fn total(&self) -> Option<Duration> {
        self.total
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        Self::new()
    }
}

fn unless_zero(limit: impl Into<Option<Duration>>) -> Option<Duration> {
    limit.into().filter(|limit| !limit.is_zero())
}
