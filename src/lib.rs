//! Amazon Bedrock without the AWS SDK.
//!
//! bedrill signs its own requests, reads the `application/vnd.amazon.eventstream` framing
//! incrementally, and finds credentials where the AWS SDKs find them.

#![forbid(unsafe_code)]
#![deny(missing_docs)]

// L0: text and values. No I/O, no clock.
pub mod credentials;
pub(crate) mod hex;
pub(crate) mod time;
pub(crate) mod uri;

// L1: protocols. Pure; they use L0 only and never each other.
pub mod eventstream;
pub mod sigv4;
// L2: Bedrock shapes. Pure.
pub mod converse;
// L1: protocols. Pure, on L0 only.
pub mod profile;

// L3: the outside world, behind traits.
pub mod auth;
