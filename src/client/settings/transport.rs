//! The transport of a client that was given none.

use std::sync::Arc;

use crate::client::Timeouts;
use crate::client::error::Error;
use crate::machine::Settings;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
use crate::transport;
use crate::transport::Transport;

#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub(in crate::client) fn default_transport(
    settings: Settings<'_>,
    timeouts: &Timeouts,
) -> Result<Arc<dyn Transport>, Error> {
    #[cfg(feature = "reqwest")]
    let builder = transport::ReqwestTransport::builder();
    #[cfg(not(feature = "reqwest"))]
    let builder = transport::HyperTransport::builder();
    let builder = builder.proxy_variables(|name| settings.machine.var(name));
    let mut builder = builder.connect_timeout(timeouts.connect().unwrap_or(std::time::Duration::MAX));
    if let Some(pem) = super::ca_bundle(settings)? {
        builder = builder.ca_bundle(pem);
    }
    // Nothing has been sent yet: the fault is in the TLS configuration.
    builder
        .build()
        .map(|transport| Arc::new(transport) as _)
        .map_err(|error| Error::of_configuration(error.to_string()))
}

#[cfg(not(any(feature = "reqwest", feature = "hyper")))]
pub(in crate::client) fn default_transport(
    _: Settings<'_>,
    _: &Timeouts,
) -> Result<Arc<dyn Transport>, Error> {
    Err(Error::of_configuration(
        "there is no transport: set one with ClientBuilder::transport, or enable the feature reqwest or hyper",
    ))
}
