//! The client of the command line: its flags take precedence over the configuration, and that over the environment.

use std::sync::Arc;

use bedrill::endpoint::Region;
use bedrill::machine::Machine;
use bedrill::{Client, ClientBuilder, config};

use crate::flags::Common;
use crate::setup::configuration::Configuration;
use crate::setup::discovery;

/// Creates a builder with the settings of the common flags and the configuration.
pub(crate) fn builder(
    common: &Common,
    host: Arc<dyn Machine>,
    configuration: &Configuration,
) -> ClientBuilder {
    let provider = &configuration.values.provider;
    let mut builder = Client::builder().machine(host).discovery(discovery::settings(configuration, common));
    if let Some(region) = &common.region {
        builder = builder.region(region);
    }
    if let Some(profile) = &common.profile {
        builder = builder.profile(profile);
    }
    if let Some((region, origin)) = configured_region(configuration) {
        builder = builder.fallback_region(region, origin);
    }
    match (&common.endpoint_url, provider.custom_base_url().map(|url| url.value())) {
        (Some(url), _) => builder = builder.endpoint_url(url),
        // Another host than AWS's for `bedrock-runtime` serves the lists of models.
        (None, Some(url)) if url.contains("bedrock-runtime") => builder = builder.runtime_endpoint_url(url),
        (None, Some(url)) => builder = builder.endpoint_url(url),
        (None, None) => {}
    }
    if common.no_bearer || !configuration.values.prefers_bearer() {
        builder = builder.no_bearer();
    }
    builder
}

/// The region of requests that neither a flag, the model's ARN nor a variable names, and where it is set: the one in
/// `baseUrl`, else in `bedrockDiscovery`, where Moltbot too looks up its models.
fn configured_region(configuration: &Configuration) -> Option<(Region, String)> {
    let config::Config { provider, discovery, .. } = &configuration.values;
    let of_url = provider.base_url_region().zip(provider.base_url.as_ref());
    let of_url = of_url.map(|(region, url)| (region, configuration.origin(url)));
    of_url.or_else(|| {
        let region = discovery.region.as_ref()?;
        Some((region.value().clone(), configuration.origin(region)))
    })
}
