//! Models: the operations that list and describe them, finding what can be invoked, and the ids to invoke it by.

pub(super) mod control;
pub(super) mod discovery;
pub(super) mod fallback;
pub(super) mod resolve;
