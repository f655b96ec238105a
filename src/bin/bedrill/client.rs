//! The client of the command line: its flags before the configuration, and that before the environment.

use std::sync::Arc;

use bedrill::auth::Host;
use bedrill::{Client, ClientBuilder};

use crate::args::Common;
use crate::config::Configuration;

/// A builder with what the common flags and the configuration say.
pub(crate) fn builder(common: &Common, host: Arc<dyn Host>, configuration: &Configuration) -> ClientBuilder {
    with_base_url(common, host, configuration, |_| true)
}

/// The same for lists of models, which other hosts than those of `bedrock-runtime` serve.
pub(crate) fn listing_builder(
    common: &Common,
    host: Arc<dyn Host>,
    configuration: &Configuration,
) -> ClientBuilder {
    with_base_url(common, host, configuration, |url| !url.contains("bedrock-runtime"))
}

fn with_base_url(
    common: &Common,
    host: Arc<dyn Host>,
    configuration: &Configuration,
    counts: impl Fn(&str) -> bool,
) -> ClientBuilder {
    let provider = &configuration.values.provider;
    let mut builder = Client::builder().host(host);
    if let Some(region) = &common.region {
        builder = builder.region(region);
    }
    if let Some(profile) = &common.profile {
        builder = builder.profile(profile);
    }
    if let Some(region) = provider.base_url_region() {
        let origin = provider.base_url.as_ref().map(|url| configuration.origin(url)).unwrap_or_default();
        builder = builder.fallback_region(region, origin);
    }
    let base_url = provider.custom_base_url().map(|url| url.value()).filter(|url| counts(url));
    if let Some(url) = common.endpoint_url.as_ref().or(base_url) {
        builder = builder.endpoint_url(url);
    }
    if common.no_bearer || !configuration.values.prefers_bearer() {
        builder = builder.no_bearer();
    }
    builder
}
