//! What the suites share.

pub mod conformance;
pub mod frames;
pub mod raw_request;
pub mod json;
