//! Models: the operations that list and describe them, discovery of what can be invoked, and the IDs to invoke it by.

pub(super) mod control;
pub(super) mod discovery;
pub(super) mod fallback;
pub(super) mod resolve;
