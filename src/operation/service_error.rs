//! An unsuccessful answer from the service.

use std::fmt;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, HeaderName};

use super::{header_text, request_id, unexpected_text};
use crate::base::{json, quote};
use crate::lore::reason::Reason;
use crate::lore::words;

static ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
static RETRY_AFTER: HeaderName = HeaderName::from_static("x-amz-retry-after");

/// Reads an answer whose status is not 2xx.
///
/// The code comes from the header `x-amzn-errortype`, else from the body's `code` or `__type`; it is cut at the
/// first `:` and up to the last `#`. The message comes from the body's `message`, `Message` or `errorMessage`; a
/// body that is not such JSON (a proxy's HTML page) is quoted.
/// Source: [restJson1, "Operation error serialization"](https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html).
#[must_use]
pub fn parse_error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ServiceError {
    let document = json::value(body).ok();
    let document = document.as_ref();
    let member = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| document?.get(name)?.as_str());
        texts.find(|text| !text.trim().is_empty())
    };
    let named = |text: Option<&str>| text.map(error_code).filter(|code| !code.is_empty()).map(str::to_owned);
    let code = named(header_text(headers, &ERROR_TYPE))
        .or_else(|| ["code", "__type", "Code"].iter().find_map(|name| named(member(&[name]))));
    // Gateways in front of Bedrock answer in the shape of another API: `{"error":{"message":".."}}`.
    let nested = || document?.get("error")?.get("message")?.as_str();
    let message = match member(&["message", "Message", "errorMessage"]).or_else(nested) {
        Some(message) => message.to_owned(),
        None if body.iter().all(u8::is_ascii_whitespace) => String::new(),
        None => unexpected_text(headers, body),
    };
    let milliseconds = header_text(headers, &RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    ServiceError {
        status,
        code,
        message,
        request_id: request_id(headers).map(str::to_owned),
        retry_after: milliseconds.map(Duration::from_millis),
    }
}

/// `aws.protocoltests#FooError:http://internal.amazon.com/...` is `FooError`.
fn error_code(text: &str) -> &str {
    let before_colon = text.split(':').next().unwrap_or_default();
    before_colon.rsplit('#').next().unwrap_or_default().trim()
}

/// An unsuccessful answer from the service.
///
/// `Debug` shows what `Display` shows, so that it can be read when `main` returns the error; `{:#?}` shows the parts.
#[derive(Clone, PartialEq, Eq)]
pub struct ServiceError {
    status: StatusCode,
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    retry_after: Option<Duration>,
}

impl ServiceError {
    /// Returns the error with a code that was found elsewhere, if it has none of its own.
    #[cfg(feature = "client")]
    pub(crate) fn or_code(mut self, find: impl FnOnce() -> Option<String>) -> Self {
        self.code = self.code.or_else(find);
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The error's name, `ThrottlingException`; `None` when the answer does not say.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The service's own words, unescaped; empty when it sent none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What the service's code and message mean.
    #[must_use]
    pub fn reason(&self) -> Reason {
        words::reason(self.code().unwrap_or_default(), &self.message)
    }

    /// The request id, for AWS support.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// How long the service asks to wait (`x-amz-retry-after`).
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} (HTTP {})", quote::escape(code), self.status.as_u16())?,
            None => write!(f, "HTTP {}", self.status.as_u16())?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", quote::escape(&self.message))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        let Self { status, code, message, request_id, retry_after } = self;
        f.debug_struct("ServiceError")
            .field("status", status)
            .field("code", code)
            .field("message", message)
            .field("request_id", request_id)
            .field("retry_after", retry_after)
            .finish()
    }
}

impl std::error::Error for ServiceError {}
