//! The client of the command line: its flags before everything else.

use std::sync::Arc;

use bedrill::auth::Host;
use bedrill::{Client, ClientBuilder};

use crate::args::Common;

/// A builder with what the common flags say.
pub(crate) fn builder(common: &Common, host: Arc<dyn Host>) -> ClientBuilder {
    let mut builder = Client::builder().host(host);
    if let Some(region) = &common.region {
        builder = builder.region(region);
    }
    if let Some(profile) = &common.profile {
        builder = builder.profile(profile);
    }
    if let Some(url) = &common.endpoint_url {
        builder = builder.endpoint_url(url);
    }
    if common.no_bearer {
        builder = builder.no_bearer();
    }
    builder
}
