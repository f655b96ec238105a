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

/// A request as it is sent.
pub(super) struct Outgoing {
    /// `None` when it is sent as it was given.
    changed: Option<Box<ConverseRequest>>,
    pub(super) notices: Vec<Notice>,
    pub(super) operation: Operation,
}

impl Fitter {
    pub(super) fn fit(
        &self,
        request: &ConverseRequest,
        overlay: &Overlay,
        streamed: bool,
    ) -> Result<Outgoing, Error> {
        let asked = if streamed { Operation::ConverseStream } else { Operation::Converse };
        if self.policy == FitPolicy::Off {
            return Ok(Outgoing { changed: None, notices: Vec::new(), operation: asked });
        }
        let family: Family = overlay.family(request.model_id.as_str()).unwrap_or_default();
        let options = FitOptions::new().with_streamed(streamed).with_exact(self.policy == FitPolicy::Refuse);
        let fitted = fit::fit_to(Cow::Borrowed(request), &family, options);
        let (request, adjustments, operation) = fitted.map_err(Error::of_configuration)?;
        let changed = match request {
            Cow::Borrowed(_) => None,
            Cow::Owned(request) => Some(Box::new(request)),
        };
        Ok(Outgoing { changed, notices: adjustments.into_iter().map(Notice::Adjusted).collect(), operation })
    }
}

impl Outgoing {
    pub(super) fn request<'a>(&'a self, given: &'a ConverseRequest) -> &'a ConverseRequest {
        self.changed.as_deref().unwrap_or(given)
    }
}
