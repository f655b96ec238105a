//! The one integration-test binary: one link instead of many.

#![allow(unreachable_pub)] // a test binary exports nothing
#![allow(clippy::print_stderr)] // suites say on stderr what they ran
#![allow(clippy::disallowed_methods)] // tests read what they wrote

mod auth;
#[cfg(feature = "reqwest")]
mod canary;
mod catalog;
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod client_retry;
#[cfg(feature = "client")]
mod client_timeouts;
#[cfg(feature = "config")]
mod config;
#[cfg(feature = "client")]
mod conformance_chain;
mod conformance_credentials;
mod conformance_endpoints;
mod conformance_events;
mod conformance_fit;
#[cfg(feature = "reqwest")]
mod conformance_login;
mod conformance_lore;
mod conformance_profile;
mod conformance_requests;
mod conformance_sigv4;
mod conformance_surface;
#[cfg(feature = "fuzzing")]
mod corpus;
mod dependencies;
mod embedder;
#[cfg(feature = "reqwest")]
mod faults;
mod fit;
mod layers;
mod models;
mod names;
#[cfg(feature = "reqwest")]
mod peers;
mod profile;
#[cfg(feature = "reqwest")]
mod readme;
mod security;
mod sigv4;
mod support;
mod threads;
#[cfg(any(feature = "reqwest", feature = "hyper"))]
mod transport;
