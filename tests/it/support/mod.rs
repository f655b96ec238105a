//! What the suites share.

pub mod api_model;
pub mod conformance;
pub mod frames;
pub mod json;
pub mod raw_request;
#[cfg(feature = "client")]
pub mod service;
