//! What a client has learned of its clock.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::transport::skew::Skew;

/// The skew that a client signs with: learned from one request, used by all later ones.
#[derive(Debug)]
pub(in crate::client) struct LearnedSkew {
    milliseconds: AtomicI64,
    enabled: bool,
}

impl LearnedSkew {
    pub(in crate::client) fn new(enabled: bool) -> Self {
        Self { milliseconds: AtomicI64::new(0), enabled }
    }

    pub(in crate::client) fn is_enabled(&self) -> bool {
        self.enabled
    }

    pub(in crate::client) fn get(&self) -> Skew {
        Skew::from_milliseconds(self.milliseconds.load(Ordering::Relaxed))
    }

    pub(in crate::client) fn set(&self, skew: Skew) {
        self.milliseconds.store(skew.milliseconds(), Ordering::Relaxed);
    }
}
