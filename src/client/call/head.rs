//! The head of a response, as everything but [`Client::send`](crate::Client::send) sees it: without our secrets.

use std::borrow::Cow;

use http::response::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::base::redact::Redactor;

/// Status and headers, and what knows the secrets of the request that was answered.
pub(in crate::client) struct Head {
    pub(in crate::client) status: StatusCode,
    pub(in crate::client) headers: HeaderMap,
    pub(in crate::client) redactor: Redactor,
}

impl Head {
    pub(super) fn new(head: Parts, redactor: Redactor) -> Self {
        let Parts { status, mut headers, .. } = head;
        redact(&mut headers, &redactor);
        Self { status, headers, redactor }
    }
}

/// Replaces all values that hold a secret. A service may repeat in any header what it was sent.
pub(super) fn redact(headers: &mut HeaderMap, redactor: &Redactor) {
    for value in headers.values_mut() {
        if let Cow::Owned(_) = redactor.data(value.as_bytes()) {
            *value = HeaderValue::from_static("(redacted)");
        }
    }
}
