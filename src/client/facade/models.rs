//! Models: those that can be invoked, and the one that a user's text refers to.

use std::sync::Arc;

use crate::catalog::{Catalog, DiscoverySettings, Resolution};
use crate::client::models::resolve;
use crate::client::{Client, Error};

impl Client {
    /// The models that can be invoked, and the IDs to invoke them by.
    ///
    /// Calls ListFoundationModels and ListInferenceProfiles, once for all concurrent callers, and stores the
    /// answer for [`refresh_interval`](DiscoverySettings::refresh_interval): in memory, and in the folder `bedrill` of
    /// `XDG_CACHE_HOME` or `~/.cache`, where other processes find it. It is keyed by credentials, region, endpoint and
    /// settings, including the project, so that another account or project never sees it. With an interval of 0 every
    /// call asks the service, and nothing is stored or shared.
    ///
    /// Without the permission bedrock:ListInferenceProfiles, the models that need no profile are still listed.
    /// When the service fails, the last stored answer is returned, however old. Both are reported in
    /// [`Catalog::warnings`].
    ///
    /// # Errors
    ///
    /// [`Error`] when the models cannot be listed and no earlier answer is stored. Where a permission is missing, the
    /// error's hint names the IAM action.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends only this call. The requests continue for the others that wait for them, and end with
    /// the last of them. A call that is no longer polled blocks no other: every waiting call drives the requests. An
    /// answer is stored when it is complete; calling again requests what is not stored.
    pub async fn models(&self, settings: &DiscoverySettings) -> Result<Arc<Catalog>, Error> {
        self.0.discovery.models(settings, false).await
    }

    /// As [`models`](Self::models), but from the service even when a stored answer is still fresh. A request already in
    /// progress serves this call too.
    ///
    /// # Errors
    ///
    /// As [`models`](Self::models).
    ///
    /// # Cancel safety
    ///
    /// As [`models`](Self::models).
    pub async fn refresh_models(&self, settings: &DiscoverySettings) -> Result<Arc<Catalog>, Error> {
        self.0.discovery.models(settings, true).await
    }

    /// The discovery settings of the client itself, as
    /// [`ClientBuilder::discovery`](crate::client::ClientBuilder::discovery) set them.
    #[must_use]
    pub fn discovery(&self) -> &DiscoverySettings {
        self.0.discovery.settings()
    }

    /// Resolves `text` to a model, by the rules of the [catalog](crate::catalog#short-names).
    ///
    /// The lists are those of [`models`](Self::models). What they do not contain, such as an ARN of another account's
    /// profile or an ID, is looked up with GetInferenceProfile or GetFoundationModel. If the service has no answer, or
    /// must not be asked, a complete ID is accepted as it is, and [`Match::warning`](crate::catalog::Match::warning)
    /// says why nothing is known about it. The ARN of anything other than a model or a profile is accepted as it is,
    /// without asking.
    ///
    /// [`Match::model_id`](crate::catalog::Match::model_id) goes to the region where the model was found.
    ///
    /// # Errors
    ///
    /// [`Error`] when `text` is a short name and the models cannot be listed.
    ///
    /// # Cancel safety
    ///
    /// As [`models`](Self::models).
    pub async fn resolve(&self, text: &str, settings: &DiscoverySettings) -> Result<Resolution, Error> {
        resolve::resolve(&self.0.service, &self.0.discovery, text, settings).await
    }

    /// As [`resolve`](Self::resolve), in a catalog that is already loaded.
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn resolve_in(&self, catalog: &Catalog, text: &str) -> Resolution {
        resolve::resolve_in(&self.0.service, catalog, text).await
    }
}
