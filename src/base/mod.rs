//! Text and values that every room may use: no I/O, no clock, no names that anybody outside sees.

#[cfg(feature = "client")]
pub(crate) mod flight;
pub(crate) mod hex;
pub(crate) mod json;
pub(crate) mod quote;
#[cfg(feature = "client")]
pub(crate) mod random;
#[cfg(feature = "client")]
pub(crate) mod sync;
pub(crate) mod time;
pub(crate) mod uri;

#[cfg(feature = "client")]
use std::future::Future;
#[cfg(feature = "client")]
use std::pin::Pin;

/// A future on the heap that may move between threads.
#[cfg(feature = "client")]
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
