//! Fits each request to its model before it is sent.

use std::borrow::Cow;

use super::error::Error;
use super::notice::Notice;
use crate::converse::ConverseRequest;
use crate::fit::{self, FitOptions, Operation};
use crate::lore::{Family, Overlay};

/// What happens to a request that its model would not take as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FitPolicy {
    /// It is adjusted, and each [`Adjustment`](crate::fit::Adjustment) is a [`Notice`].
    #[default]
    Adjust,
    /// The call fails before anything is sent; the error names what the model does not take.
    Refuse,
    /// It is sent as it is.
    Off,
}

/// Applies the policy.
pub(super) struct Fitter {
    pub(super) policy: FitPolicy,
}

/// A request that is not sent as it was given.
pub(super) struct Outgoing {
    /// `None` when only the operation is another.
    request: Option<ConverseRequest>,
    pub(super) notices: Vec<Notice>,
    operation: Operation,
}

impl Fitter {
    /// What is sent instead of `request`, if anything is. On the heap, because a call keeps it while it waits.
    pub(super) fn fit(
        &self,
        request: &ConverseRequest,
        overlay: &Overlay,
        streamed: bool,
    ) -> Result<Option<Box<Outgoing>>, Error> {
        if self.policy == FitPolicy::Off {
            return Ok(None);
        }
        let family: Family = overlay.family(request.model_id.as_str()).unwrap_or_default();
        let options = FitOptions::new().with_streamed(streamed).with_exact(self.policy == FitPolicy::Refuse);
        let fitted = fit::fit_to(Cow::Borrowed(request), &family, options);
        let (request, adjustments, operation) = fitted.map_err(Error::of_configuration)?;
        let request = match request {
            Cow::Borrowed(_) if adjustments.is_empty() => return Ok(None),
            Cow::Borrowed(_) => None,
            Cow::Owned(request) => Some(request),
        };
        let notices = adjustments.into_iter().map(Notice::Adjusted).collect();
        Ok(Some(Box::new(Outgoing { request, notices, operation })))
    }
}

impl Outgoing {
    /// What is sent for `given`.
    pub(super) fn of<'a>(outgoing: Option<&'a Self>, given: &'a ConverseRequest) -> &'a ConverseRequest {
        outgoing.and_then(|outgoing| outgoing.request.as_ref()).unwrap_or(given)
    }

    /// Whether Converse is asked in place of ConverseStream.
    pub(super) fn is_whole(outgoing: Option<&Self>) -> bool {
        outgoing.is_some_and(|outgoing| outgoing.operation == Operation::Converse)
    }
}
