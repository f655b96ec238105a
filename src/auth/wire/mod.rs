//! What sources parse and send: the documents and forms in which services issue credentials.

pub(super) mod document;
#[cfg(feature = "client")]
pub(super) mod fetch;
pub(super) mod issued;
#[cfg(feature = "client")]
pub(super) mod oauth;
pub(super) mod xml;
