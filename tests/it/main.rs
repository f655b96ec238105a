//! The one integration-test binary: one link instead of many.

#![allow(unreachable_pub)] // a test binary exports nothing
#![allow(clippy::print_stderr)] // suites say on stderr what they ran or skipped

mod auth;
mod catalog;
mod conformance_frames;
mod conformance_profile;
mod conformance_requests;
mod conformance_sigv4;
mod conformance_surface;
mod eventstream;
mod models;
mod profile;
mod sigv4;
mod support;
