//! Amazon Bedrock without the AWS SDK.
//!
//! bedrill signs its own requests, reads the `application/vnd.amazon.eventstream` framing
//! incrementally, and finds credentials where the AWS SDKs find them.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

// L0: text and values. No I/O, no clock.
pub mod credentials;
mod hex;
mod quote;
mod time;
mod uri;

// L1: protocols. Pure; they use L0 only and never each other.
pub mod eventstream;
pub mod profile;
pub mod sigv4;

// L2: Bedrock's shapes. Pure. The macros of `shape` come before the shapes that they write.
#[macro_use]
mod shape;

pub mod catalog;
pub mod config;
pub mod converse;
pub mod endpoint;
pub mod model_id;
pub mod models;
pub mod operation;

// L3: the outside world, behind traits.
pub mod auth;
#[cfg(feature = "client")]
pub mod transport;

// L4: the client.
#[cfg(feature = "client")]
mod client;
#[cfg(feature = "client")]
mod error;

#[cfg(feature = "client")]
pub use client::{
    Client, ClientBuilder, ConverseStream, Notice, ProfileFallback, RegionOrigin, UnknownProfileFallback,
};
#[cfg(feature = "client")]
pub use error::{Error, ErrorKind};
