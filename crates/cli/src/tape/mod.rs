//! Recordings of exchanges: written, read back, and kept free of secrets.

pub(crate) mod echo;
pub(crate) mod record;
pub(crate) mod replay;
