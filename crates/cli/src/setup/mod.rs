//! From flags, environment and configuration to a client and a message.

pub(crate) mod attachment;
pub(crate) mod client;
pub(crate) mod configuration;
pub(crate) mod discovery;
mod dotenv;
mod env_file;
pub(crate) mod environment;
pub(crate) mod prompt;
mod variables;
