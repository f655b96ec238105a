//! The one integration-test binary: one link instead of many.

#![allow(unreachable_pub)] // a test binary exports nothing

mod conformance_frames;
mod eventstream;
mod conformance_sigv4;
mod sigv4;
mod auth;
mod conformance_profile;
mod profile;
mod conformance_requests;
mod conformance_surface;
mod support;
