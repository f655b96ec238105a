//! The exceptions that Bedrock models: as the end of a stream, and by name as HTTP errors.

use std::fmt;

use serde_json::{Map, Value};

use crate::base::quote;
use crate::shape::{self, Members, Shape, ShapeError};

/// The kind of a modeled exception.
///
/// A stream writes `throttlingException`, an HTTP error `ThrottlingException`: case is ignored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExceptionKind {
    /// The caller lacks a permission (403).
    AccessDenied,
    /// The service failed (500).
    InternalServer,
    /// The model failed while processing the request (424).
    ModelError,
    /// The model is not ready (429); the request may be retried.
    ModelNotReady,
    /// The model failed while streaming (424).
    ModelStreamError,
    /// The model took too long (408).
    ModelTimeout,
    /// There is no such model or other resource (404).
    ResourceNotFound,
    /// The service is temporarily unavailable (503).
    ServiceUnavailable,
    /// Too many requests or tokens (429).
    Throttling,
    /// The request is invalid (400).
    Validation,
    /// A kind that this version does not name, as it was written.
    Unknown(String),
}

impl ExceptionKind {
    const NAMED: [(Self, &'static str); 10] = [
        (Self::AccessDenied, "AccessDeniedException"),
        (Self::InternalServer, "InternalServerException"),
        (Self::ModelError, "ModelErrorException"),
        (Self::ModelNotReady, "ModelNotReadyException"),
        (Self::ModelStreamError, "ModelStreamErrorException"),
        (Self::ModelTimeout, "ModelTimeoutException"),
        (Self::ResourceNotFound, "ResourceNotFoundException"),
        (Self::ServiceUnavailable, "ServiceUnavailableException"),
        (Self::Throttling, "ThrottlingException"),
        (Self::Validation, "ValidationException"),
    ];

    /// The name as written in an HTTP error, capitalized: `ThrottlingException`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        if let Self::Unknown(name) = self {
            return name;
        }
        Self::NAMED.iter().find(|(kind, _)| kind == self).map_or("", |(_, name)| name)
    }
}

impl From<&str> for ExceptionKind {
    fn from(name: &str) -> Self {
        let known = Self::NAMED.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        known.map_or_else(|| Self::Unknown(name.to_owned()), |(kind, _)| kind)
    }
}

impl fmt::Display for ExceptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An exception frame, which ends a stream.
///
/// ```
/// use bedrill::converse::{ExceptionKind, StreamException};
/// use serde_json::json;
///
/// let payload = json!({"message": "Too many tokens", "originalStatusCode": 429});
/// let exception = StreamException::from_payload("modelStreamErrorException", payload).unwrap();
/// assert_eq!(exception.kind, ExceptionKind::ModelStreamError);
/// assert_eq!(exception.original_status_code, Some(429));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct StreamException {
    /// The kind of exception.
    pub kind: ExceptionKind,
    /// The service's message.
    pub message: Option<String>,
    /// The status that the model returned, with [`ExceptionKind::ModelStreamError`].
    pub original_status_code: Option<i32>,
    /// The message that the model returned, with [`ExceptionKind::ModelStreamError`].
    pub original_message: Option<String>,
    /// Members that this version of the API model does not name.
    pub extra: Map<String, Value>,
}

impl StreamException {
    /// Reads an exception from its `:exception-type` and its payload.
    ///
    /// # Errors
    ///
    /// The payload does not match its shape.
    pub fn from_payload(exception_type: &str, payload: Value) -> Result<Self, ShapeError> {
        let mut exception = Self {
            kind: ExceptionKind::from(exception_type),
            message: None,
            original_status_code: None,
            original_message: None,
            extra: Map::new(),
        };
        let mut members = Members::of(payload);
        members.drop_padding();
        members.read("message", &mut exception.message);
        members.read("originalStatusCode", &mut exception.original_status_code);
        members.read("originalMessage", &mut exception.original_message);
        members.end(&mut exception.extra)?;
        Ok(exception)
    }

    /// An exception whose payload is not valid JSON for it: the name, and whatever the rest yields.
    pub(super) fn unreadable(exception_type: &str, payload: String) -> Self {
        Self {
            kind: ExceptionKind::from(exception_type),
            message: Some(payload),
            original_status_code: None,
            original_message: None,
            extra: Map::new(),
        }
    }

    /// The exception in the API's own shape, `{"throttlingException": {"message": ".."}}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        if let Some(message) = &self.message {
            shape::put(&mut members, "message", message.to_json());
        }
        if let Some(status) = self.original_status_code {
            shape::put(&mut members, "originalStatusCode", status.to_json());
        }
        if let Some(message) = &self.original_message {
            shape::put(&mut members, "originalMessage", message.to_json());
        }
        shape::union_json(&self.member_name(), shape::with_extra(members, &self.extra))
    }

    /// The name of the union's member: `throttlingException`.
    fn member_name(&self) -> String {
        let name = self.kind.as_str();
        if matches!(self.kind, ExceptionKind::Unknown(_)) {
            return name.to_owned();
        }
        let mut letters = name.chars();
        letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
    }
}

impl fmt::Display for StreamException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service ended the stream with {}", quote::escape(self.kind.as_str()))?;
        if let Some(message) = &self.message {
            write!(f, ": {}", quote::escape(message))?;
        }
        if let Some(status) = self.original_status_code {
            write!(f, " (the model answered {status}")?;
            if let Some(message) = &self.original_message {
                write!(f, ": {}", quote::escape(message))?;
            }
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl std::error::Error for StreamException {}
