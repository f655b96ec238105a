//! The one integration-test binary: one link instead of many.

#![allow(unreachable_pub)] // a test binary exports nothing

mod auth;
mod conformance_profile;
mod profile;
mod support;
