//! What the fuzz targets run: one function a target, which takes any bytes and panics when a promise is broken.
//!
//! Those with `_vs_` in their names compare bedrill with a third-party implementation. What may differ, and
//! why, is documented at each function; everything else is a finding.
//!
//! `tests/it/corpus.rs` includes this file, so that the corpus is replayed on stable too. Without the feature `client`,
//! which the library has as well, only the targets of the framing are left, and the library is not built.

#[cfg(feature = "client")]
mod aws_signer;
#[cfg(feature = "client")]
mod credentials;
// The command has no library to take it from.
#[path = "../../crates/cli/src/setup/dotenv.rs"]
mod dotenv;
mod env_file;
#[cfg(feature = "client")]
mod error_answer;
#[cfg(feature = "client")]
mod events;
#[cfg(feature = "client")]
mod files;
mod frames;
mod frames_vs_smithy;
mod input;
mod proxies;
// The library keeps it to itself.
#[cfg(feature = "client")]
mod memory;
#[cfg(feature = "client")]
mod profile_vs_ini;
#[path = "../../src/transport/proxy/value.rs"]
mod proxy_value;
#[cfg(feature = "client")]
mod sign_vs_aws;

#[cfg(feature = "client")]
pub use self::{
    credentials::credential_json,
    error_answer::error_answer,
    events::{event_json, event_sequence},
    files::{config, profile},
    memory::json_memory,
    profile_vs_ini::profile_vs_ini,
    sign_vs_aws::sign_vs_aws,
};
pub use env_file::dotenv;
pub use frames::{frames, frames_round_trip, frames_valid_crc};
pub use frames_vs_smithy::frames_vs_smithy;
pub use proxies::proxies;
