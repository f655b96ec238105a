//! Models: those that can be invoked, and what a user's text means among them.

use std::sync::Arc;

use crate::catalog::{Catalog, DiscoverySettings, Resolution};
use crate::client::models::resolve;
use crate::client::{Client, Error};

impl Client {
    /// The models that can be invoked, and the ids to invoke them by.
    ///
    /// It asks ListFoundationModels and ListInferenceProfiles, once for all who call at the same time, and stores the
    /// answer for [`refresh_interval`](DiscoverySettings::refresh_interval): in memory, and in the folder `bedrill` of
    /// `XDG_CACHE_HOME` or `~/.cache`, where other processes find it. It is stored by credentials, region, endpoint and
    /// settings, the project among them, so that another account or project never sees it. With an interval of 0 every
    /// call asks the service, and nothing is stored or shared.
    ///
    /// Where the permission bedrock:ListInferenceProfiles is missing, the models that need no profile are listed all the
    /// same. When the service fails, the last stored answer is given, however old. Both are said in
    /// [`Catalog::warnings`].
    ///
    /// # Errors
    ///
    /// [`Error`] when the models cannot be listed and no earlier answer is stored. Where a permission is missing, the
    /// error's hint names the IAM action.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future ends this call alone. The requests go on for the others who wait for them, and end with the
    /// last of them. A call that is no longer polled blocks no other: each that waits drives the requests. An answer is
    /// stored when it is whole, and calling again asks for what is not stored.
    pub async fn models(&self, settings: &DiscoverySettings) -> Result<Arc<Catalog>, Error> {
        self.0.discovery.models(settings, false).await
    }

    /// As [`models`](Self::models), from the service even when a stored answer is still fresh. A call that is already
    /// asking the service answers this one, too.
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

    /// How the client itself looks for models: what [`ClientBuilder::discovery`](crate::client::ClientBuilder::discovery) set.
    #[must_use]
    pub fn discovery(&self) -> &DiscoverySettings {
        self.0.discovery.settings()
    }

    /// Finds what `text` names, by the rules of the [catalog](crate::catalog#short-names).
    ///
    /// The lists are those of [`models`](Self::models). What they do not hold, an ARN of another account's profile or
    /// an id, is described by GetInferenceProfile or GetFoundationModel; where the service does not tell, or is not to
    /// be asked, a whole id is taken as it is, and [`Match::warning`](crate::catalog::Match::warning) says why nothing is known of it. The ARN of
    /// anything else than a model or a profile is taken as it is without asking.
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

    /// As [`resolve`](Self::resolve), in a catalog that is there already.
    ///
    /// # Cancel safety
    ///
    /// As [`list_foundation_models`](Self::list_foundation_models).
    pub async fn resolve_in(&self, catalog: &Catalog, text: &str) -> Resolution {
        resolve::resolve_in(&self.0.service, catalog, text).await
    }
}
