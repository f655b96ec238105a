//! One call: its attempts, their limits, and what is sent and read in each.

pub(super) mod attempt;
pub(super) mod exchange;
pub(super) mod retry;
pub(super) mod skew;
pub(super) mod timeouts;
pub(super) mod timer;
