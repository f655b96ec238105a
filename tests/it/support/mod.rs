//! What the suites share.

pub mod api_model;
#[allow(clippy::duplicate_mod)] // the replay of the corpus includes it too
#[path = "../../../fuzz/src/aws_signer.rs"]
pub mod aws_signer;
#[cfg(feature = "reqwest")]
pub mod canaries;
pub mod conformance;
#[cfg(feature = "client")]
pub mod fixture;
pub mod growth;
pub mod json;
pub mod pieces;
pub mod raw_request;
#[cfg(feature = "client")]
pub mod replay;
#[cfg(feature = "client")]
pub mod replies;
#[cfg(feature = "client")]
pub mod scripted;
#[cfg(feature = "client")]
pub mod scripted_clock;
#[cfg(feature = "client")]
pub mod service;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
pub mod tls;
