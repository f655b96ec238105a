//! The client of the command line: its flags take precedence over the configuration, and that over the environment.

use std::sync::Arc;

use bedrill::auth::Auth;
use bedrill::endpoint::Region;
use bedrill::machine::Machine;
use bedrill::{Client, ClientBuilder, config};

use crate::flags::Common;
use crate::screen::terminal::note;
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
    if common.allow_http {
        builder = builder.allow_http();
    }
    // It concerns secrets, so that --quiet does not silence it.
    builder = builder.on_clear_text(|origin| {
        note(&format!(
            "bedrill: warning: {origin} is plain http: prompts, answers and session tokens can be read on the way; use \
             https, or --allow-http where nobody else can listen"
        ));
    });
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

/// Warns of a file of the AWS CLI that is left out because it cannot be used, and returns the warning.
pub(crate) fn warn_of_files<'a>(client: &'a Client, common: &Common) -> Option<&'a str> {
    let problem = client.unread_files().filter(|_| !common.quiet)?;
    note(&format!("bedrill: warning: {problem}"));
    Some(problem)
}

/// The warning that a short-term API key is of another region than the requests.
pub(crate) fn warning_of_region(auth: &Auth, region: &Region) -> Option<String> {
    let key = auth.short_term_key().filter(|key| key.region() != region.as_str())?;
    let of = key.region();
    Some(format!(
        "the short-term API key is of {of}, and requests go to {region}, which refuses it: use --region {of}"
    ))
}

/// The warning that requests go to another region than the one whose host `baseUrl` names.
pub(crate) fn warning_of_base_url(configuration: &Configuration, region: &Region) -> Option<String> {
    let provider = &configuration.values.provider;
    let of_url = provider.base_url_region().filter(|of_url| of_url != region)?;
    // Another host of AWS, FIPS's for one, is asked as it is.
    let url = provider.base_url.as_ref().filter(|_| provider.custom_base_url().is_none())?;
    let origin = configuration.origin(url);
    Some(format!("the baseUrl at {origin} is of {of_url}, but requests go to {region}"))
}

/// The region of requests that neither a flag, the model's ARN nor a variable names, and where it is set: the file's own,
/// else the one in `baseUrl`, else in `bedrockDiscovery`, where Moltbot too looks up its models.
fn configured_region(configuration: &Configuration) -> Option<(Region, String)> {
    let config::Config { provider, discovery, region, .. } = &configuration.values;
    if let Some(region) = region {
        return Some((region.value().clone(), configuration.origin(region)));
    }
    let of_url = provider.base_url_region().zip(provider.base_url.as_ref());
    let of_url = of_url.map(|(region, url)| (region, configuration.origin(url)));
    of_url.or_else(|| {
        let region = discovery.region.as_ref()?;
        Some((region.value().clone(), configuration.origin(region)))
    })
}
