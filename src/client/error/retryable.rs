//! Which failures a retry may fix, and which only look like that.
//!
//! Source: the standard mode of the AWS SDKs,
//! [Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html), and Bedrock's API
//! model, which marks `ModelNotReadyException` as retryable and not as throttling.

use super::{Cause, Error};
use crate::converse::EventError;
use crate::eventstream::DecodeError;
use crate::lore::words;
use crate::operation::{Reason, ServiceError};
use crate::transport::TransportErrorKind;

/// How to wait before retrying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Retryable {
    /// The service accepts no more from this caller for now.
    Throttling,
    /// A fault that may be gone at once.
    Transient,
}

/// The statuses that are retried whatever the code: not 408, 429, 529 and the like.
const TRANSIENT_STATUSES: [u16; 4] = [500, 502, 503, 504];

const TRANSIENT_CODES: &str = "ModelNotReadyException|RequestTimeout|RequestTimeoutException";

/// The exceptions inside a stream that correspond to the HTTP statuses 503 and 500.
const TRANSIENT_CODES_IN_A_STREAM: &str = "InternalServerException|ServiceUnavailableException";

impl Error {
    /// How to wait before retrying, or `None` when a retry cannot help.
    pub(crate) fn retryable(&self) -> Option<Retryable> {
        // It is refilled tomorrow, even though it has a throttling code.
        if self.reason() == Reason::DailyQuota {
            return None;
        }
        match &self.0.cause {
            Cause::Transport(error) => match error.kind() {
                TransportErrorKind::Connect
                | TransportErrorKind::DnsTemporary
                | TransportErrorKind::Timeout
                | TransportErrorKind::Broken => Some(Retryable::Transient),
                _ => None,
            },
            // Every limit but the total applies to a single attempt.
            Cause::Timeout(error) if error.kind == super::TimeoutKind::Total => None,
            Cause::Timeout(_) => Some(Retryable::Transient),
            Cause::Service(error) => of_service(error),
            Cause::Event(EventError::Exception(_) | EventError::Error { .. }) => {
                let code = self.code()?;
                let transient =
                    || words::is_listed(TRANSIENT_CODES_IN_A_STREAM, code).then_some(Retryable::Transient);
                of_code(code).or_else(transient)
            }
            // The connection ended early, however clean that looks.
            Cause::Event(
                EventError::Incomplete { .. } | EventError::Frame(DecodeError::Truncated { .. }),
            ) => Some(Retryable::Transient),
            _ => None,
        }
    }

    /// Whether the service turns the caller away because of too many requests or tokens for now.
    ///
    /// Waiting helps, and a shorter prompt does not: "Too many tokens, please wait before trying again." is this,
    /// and not a [context overflow](Self::is_context_overflow). A daily quota ([`Reason::DailyQuota`]) is not: it is not
    /// worth another try before tomorrow.
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        self.retryable() == Some(Retryable::Throttling)
    }

    /// Whether the input does not fit the model's context window: it must be shortened, waiting does not help.
    ///
    /// Bedrock has no code for this, so it is recognized by what models say in a `ValidationException`,
    /// `ModelErrorException` or `ModelStreamErrorException`, ignoring case: "input is too long", "prompt is
    /// too long", "too many input tokens", "maximum context length", "exceed context limit", "context window",
    /// "expected maxLength", "too many total text bytes".
    #[must_use]
    pub fn is_context_overflow(&self) -> bool {
        self.reason() == Reason::TooLong
    }

    /// What the service's code and message mean, in an answer or inside a stream; the model's own message, if the
    /// service passes it on, counts too. [`Reason::Other`] when it was not the service that failed.
    #[must_use]
    pub fn reason(&self) -> Reason {
        let said = self.message().unwrap_or_default();
        let code = self.code().unwrap_or_default();
        match self.exception().and_then(|exception| exception.original_message.as_deref()) {
            Some(by_model) => words::reason(code, &format!("{said}\n{by_model}")),
            None => words::reason(code, said),
        }
    }
}

fn of_service(error: &ServiceError) -> Option<Retryable> {
    let by_status = || TRANSIENT_STATUSES.contains(&error.status().as_u16()).then_some(Retryable::Transient);
    error.code().and_then(of_code).or_else(by_status)
}

fn of_code(code: &str) -> Option<Retryable> {
    if words::is_listed(words::THROTTLING, code) {
        Some(Retryable::Throttling)
    } else if words::is_listed(TRANSIENT_CODES, code) {
        Some(Retryable::Transient)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::converse::StreamException;
    use crate::transport::TransportError;
    use http::{HeaderMap, StatusCode};
    use serde_json::json;

    fn service(status: u16, code: &str, message: &str) -> Error {
        let mut headers = HeaderMap::new();
        if !code.is_empty() {
            headers.insert("x-amzn-errortype", code.parse().unwrap());
        }
        let body = json!({ "message": message }).to_string();
        let status = StatusCode::from_u16(status).unwrap();
        crate::operation::parse_error(status, &headers, body.as_bytes()).into()
    }

    fn exception(name: &str, payload: serde_json::Value) -> Error {
        EventError::Exception(StreamException::from_payload(name, payload).unwrap()).into()
    }

    #[test]
    fn what_is_used_up_for_the_day_is_not_tried_again_today() {
        for message in
            ["Too many tokens per day, please wait before trying again.", "Too many requests per day"]
        {
            let error = service(429, "ThrottlingException", message);
            assert_eq!((error.retryable(), error.is_throttling()), (None, false), "{message}");
            let in_stream = exception("throttlingException", json!({ "message": message }));
            assert_eq!(in_stream.retryable(), None, "{message}");
        }
        assert!(service(429, "ThrottlingException", "Too many tokens, please wait").is_throttling());
    }

    #[test]
    fn four_statuses_are_transient_and_no_other() {
        for status in 400..=599 {
            let expected = TRANSIENT_STATUSES.contains(&status).then_some(Retryable::Transient);
            assert_eq!(service(status, "", "").retryable(), expected, "{status}");
        }
    }

    #[test]
    fn codes_distinguish_throttling_from_transient_whatever_the_status() {
        for code in words::THROTTLING.split('|') {
            assert_eq!(service(400, code, "").retryable(), Some(Retryable::Throttling), "{code}");
        }
        assert_eq!(service(503, "SlowDown", "").retryable(), Some(Retryable::Throttling));
        assert_eq!(service(429, "ModelNotReadyException", "").retryable(), Some(Retryable::Transient));
        assert_eq!(service(400, "RequestTimeout", "").retryable(), Some(Retryable::Transient));
        for (status, code) in [
            (408, "ModelTimeoutException"),
            (424, "ModelErrorException"),
            (400, "ValidationException"),
            (403, "AccessDeniedException"),
            (404, "ResourceNotFoundException"),
            (529, "OverloadedException"),
            (400, "ServiceQuotaExceededException"),
            (400, "InternalServerException"),
        ] {
            assert_eq!(service(status, code, "").retryable(), None, "{code}");
        }
    }

    #[test]
    fn exceptions_in_a_stream_are_judged_by_their_names() {
        for (name, expected) in [
            ("throttlingException", Some(Retryable::Throttling)),
            ("serviceUnavailableException", Some(Retryable::Transient)),
            ("internalServerException", Some(Retryable::Transient)),
            ("modelStreamErrorException", None),
            ("validationException", None),
        ] {
            assert_eq!(exception(name, json!({})).retryable(), expected, "{name}");
        }
        let outside = EventError::Error { code: "ThrottlingException".into(), message: String::new() };
        assert_eq!(Error::from(outside).retryable(), Some(Retryable::Throttling));
    }

    #[test]
    fn broken_connections_are_transient_and_wrong_ones_are_final() {
        use TransportErrorKind::{Broken, Connect, Dns, DnsTemporary, Other, Proxy, Timeout, Tls};
        for (kind, expected) in [
            (Connect, true),
            (DnsTemporary, true),
            (Timeout, true),
            (Broken, true),
            (Dns, false),
            (Tls, false),
            (Proxy, false),
            (Other, false),
        ] {
            let error = Error::from(TransportError::new(kind, ""));
            assert_eq!(error.retryable().is_some(), expected, "{kind:?}");
        }
    }

    #[test]
    fn a_limit_of_one_attempt_is_transient_and_the_total_is_final() {
        use crate::client::error::TimeoutKind;
        use crate::client::error::timeout::TimedOut;
        for (kind, expected) in [
            (TimeoutKind::Connect, true),
            (TimeoutKind::FirstByte, true),
            (TimeoutKind::Idle, true),
            (TimeoutKind::Frame, true),
            (TimeoutKind::Total, false),
        ] {
            let error = Error::from(TimedOut::new(kind, std::time::Duration::from_secs(1)));
            assert_eq!(error.retryable() == Some(Retryable::Transient), expected, "{kind:?}");
        }
    }

    #[test]
    fn throttling_is_distinguished_from_context_overflow() {
        let throttled =
            service(429, "ThrottlingException", "Too many tokens, please wait before trying again.");
        assert!(throttled.is_throttling() && !throttled.is_context_overflow());
        for message in [
            "Input is too long for requested model.",
            "prompt is too long: 208310 tokens > 200000 maximum",
            "Too many input tokens. Max input tokens: 8192, request input token count: 9000",
            "This model's maximum context length is 8192 tokens.",
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            "Malformed input request: expected maxLength: 50000, actual: 60000",
        ] {
            let error = service(400, "ValidationException", message);
            assert!(error.is_context_overflow() && !error.is_throttling(), "{message}");
            let error = exception("validationException", json!({ "message": message }));
            assert!(error.is_context_overflow(), "{message}");
        }
        let of_model = json!({"message": "the model failed", "originalStatusCode": 400, "originalMessage": "Prompt is too long"});
        assert!(exception("modelStreamErrorException", of_model).is_context_overflow());
        assert!(!service(400, "ValidationException", "The model id is invalid.").is_context_overflow());
        assert!(!service(403, "AccessDeniedException", "input is too long").is_context_overflow());
    }
}
