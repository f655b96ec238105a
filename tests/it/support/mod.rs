//! What the suites share.

pub mod conformance;
pub mod raw_request;
