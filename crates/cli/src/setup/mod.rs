//! From flags, environment and configuration to a client and a message.

pub(crate) mod attachment;
pub(crate) mod client;
pub(crate) mod configuration;
pub(crate) mod discovery;
pub(crate) mod environment;
