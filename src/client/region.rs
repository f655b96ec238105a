//! The region that requests go to.

use std::sync::OnceLock;

use super::{Client, CredentialsFrom};
use crate::endpoint::Region;
use crate::error::Error;
use crate::model_id::ModelId;

impl Client {
    /// The region that a request for `model_id` goes to: the one that was set, else the one in the model's ARN, else that
    /// of the environment or the profile, else the instance's when its role signs and a request was made already, else
    /// `us-east-1`.
    #[must_use]
    pub fn region_for<'a>(&'a self, model_id: &'a ModelId) -> &'a Region {
        let parts = &*self.0;
        let instance = || parts.instance_region.as_ref().and_then(OnceLock::get);
        let named = parts.explicit_region.as_ref().or_else(|| model_id.region());
        named.or_else(instance).unwrap_or(&parts.default_region)
    }

    /// Asks the source of the credentials for a region, when nothing else names one; once in a client's life.
    pub(super) async fn settle_region(&self, model_id: &ModelId) -> Result<(), Error> {
        let Some(instance_region) = &self.0.instance_region else { return Ok(()) };
        let CredentialsFrom::Chain(cache) = &self.0.credentials else { return Ok(()) };
        if model_id.region().is_some() || instance_region.get().is_some() {
            return Ok(());
        }
        let resolved = cache.load().await?;
        let region = cache.chain().region(resolved.source()).await;
        instance_region.get_or_init(|| region.unwrap_or_else(|| self.0.default_region.clone()));
        Ok(())
    }
}
