//! The one integration-test binary: one link instead of many.

#![allow(unreachable_pub)] // a test binary exports nothing

mod conformance_requests;
mod conformance_surface;
mod support;
