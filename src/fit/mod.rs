//! What a request must leave out, lower or rename before its model takes it: one rule for all families.
//!
//! [`fit`] takes a request and what is known of the model's [`Family`], and answers the request to send together with
//! what was changed: an [`Adjustment`] each. Nothing is changed in silence, and where nothing is known, nothing is
//! changed. Only what is safe is: a parameter is left out, a number is lowered, an id is renamed on both sides. What cannot be
//! mended without changing the meaning is sent as it is, and said ([`Action::Kept`]).
//!
//! [`Client`](crate::client::Client) does this by default. A program that builds its requests with
//! [`operation`](crate::operation) calls it itself.
//!
//! ```
//! use bedrill::converse::ThinkingLevel;
//! use bedrill::fit::{self, FitOptions};
//! use bedrill::lore::{Family, Overlay};
//! use bedrill::ConverseRequest;
//! use serde_json::json;
//!
//! let model = "us.anthropic.claude-opus-4-8";
//! let request = ConverseRequest::new(model).temperature(0.2).thinking(ThinkingLevel::Minimal);
//! let family = Family::of(model).unwrap_or_default();
//!
//! let fitted = fit::fit(request.clone(), &family, &Overlay::new(), FitOptions::new())?;
//! let said: Vec<String> = fitted.adjustments.iter().map(ToString::to_string).collect();
//! assert_eq!(said, [
//!     "the thinking level was raised from minimal to low: the model has no such level",
//!     "inferenceConfig.temperature was left out: the model rejects it",
//! ]);
//! assert_eq!(fitted.request.to_body_json(), json!({"additionalModelRequestFields": {
//!     "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"},
//! }}));
//!
//! let refused = fit::fit(request, &family, &Overlay::new(), FitOptions::new().with_exact(true));
//! assert_eq!(refused.unwrap_err().adjustments.len(), 2);
//! # Ok::<(), bedrill::fit::Refused>(())
//! ```

mod adjustment;
mod cache;
mod messages;
mod parameters;
mod thinking;
mod tools;

use std::borrow::Cow;
use std::fmt;

pub use adjustment::{Action, Adjustment, Cause};

use crate::converse::ConverseRequest;
use crate::lore::{Family, Overlay};

/// How a request is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FitOptions {
    /// Whether the answer is to be streamed.
    pub streamed: bool,
    /// Whether a request that does not fit is refused instead of adjusted.
    pub exact: bool,
}

impl FitOptions {
    /// Creates options: not streamed, adjusted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether the answer is to be streamed.
    #[must_use]
    pub fn with_streamed(mut self, streamed: bool) -> Self {
        self.streamed = streamed;
        self
    }

    /// Sets whether a request that does not fit is refused instead of adjusted.
    #[must_use]
    pub fn with_exact(mut self, exact: bool) -> Self {
        self.exact = exact;
        self
    }
}

/// The operation to send a request with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// Converse.
    Converse,
    /// ConverseStream.
    ConverseStream,
}

/// A request as it should be sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Fitted {
    /// The request.
    pub request: ConverseRequest,
    /// What was changed.
    pub adjustments: Vec<Adjustment>,
    /// The operation to send it with: Converse, although the answer was to be streamed, where the model does not stream what
    /// the request needs. [`ConverseResponse::into_events`](crate::ConverseResponse::into_events) makes a stream of it.
    pub operation: Operation,
}

/// The model does not take a request as it is, and it may not be adjusted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// What would have been adjusted.
    pub adjustments: Vec<Adjustment>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the model does not take the request as it is")?;
        for (index, Adjustment { member, cause, .. }) in self.adjustments.iter().enumerate() {
            write!(f, "{} {member} ({cause})", if index == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

/// Fits `request` to `family`, over which `overlay` takes precedence. It says what was changed.
///
/// The request is moved, and its content is not copied. Where nothing has to change, nothing is touched. A fitted request
/// fits: doing it again changes nothing.
///
/// # Errors
///
/// [`Refused`] when `exact` is set and something would have to change.
pub fn fit(
    request: ConverseRequest,
    family: &Family,
    overlay: &Overlay,
    options: FitOptions,
) -> Result<Fitted, Refused> {
    let mut family = Cow::Borrowed(family);
    if !overlay.is_empty() {
        overlay.apply_to(family.to_mut(), request.model_id.as_str(), None);
    }
    let (request, adjustments, operation) = fit_to(Cow::Owned(request), &family, options)?;
    Ok(Fitted { request: request.into_owned(), adjustments, operation })
}

/// As [`fit`], for a family that the overlay was applied to. A borrowed request is copied when it must change.
pub(crate) fn fit_to<'a>(
    request: Cow<'a, ConverseRequest>,
    family: &'a Family,
    options: FitOptions,
) -> Result<(Cow<'a, ConverseRequest>, Vec<Adjustment>, Operation), Refused> {
    let mut fitting = Fitting { request, family, adjustments: Vec::new() };
    fitting.thinking();
    fitting.parameters();
    fitting.cache_points();
    fitting.messages();
    fitting.tools();
    let operation = fitting.operation(options.streamed);
    let Fitting { request, adjustments, .. } = fitting;
    if options.exact && !adjustments.is_empty() {
        return Err(Refused { adjustments });
    }
    Ok((request, adjustments, operation))
}

/// A request that is being fitted.
struct Fitting<'a> {
    /// Copied when it is changed for the first time, unless it is owned.
    request: Cow<'a, ConverseRequest>,
    family: &'a Family,
    adjustments: Vec<Adjustment>,
}

impl Fitting<'_> {
    fn note(&mut self, member: impl Into<Cow<'static, str>>, action: Action, cause: Cause) {
        self.adjustments.push(Adjustment { member: member.into(), action, cause });
    }
}
