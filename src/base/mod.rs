//! Text and value helpers for every module: no I/O, no clock, nothing public.

#[cfg(feature = "client")]
pub(crate) mod flight;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod quote;
#[cfg(feature = "client")]
pub(crate) mod random;
pub(crate) mod redact;
pub(crate) mod similarity;
#[cfg(feature = "client")]
pub(crate) mod sync;
pub(crate) mod time;
pub(crate) mod uri;

#[cfg(feature = "client")]
use std::future::Future;
#[cfg(feature = "client")]
use std::pin::Pin;

/// A boxed future that can move between threads.
#[cfg(feature = "client")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
