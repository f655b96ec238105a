//! What a source may ask of its surroundings.

#[cfg(feature = "client")]
pub(super) mod memory;

use std::fmt;
use std::time::SystemTime;

use crate::endpoint::Region;
use crate::machine::{Machine, SystemClock, TimeSource};
use crate::transport::Transport;
use memory::Memory;

/// What a source may ask of its surroundings: variables and files, a transport, the time.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    machine: &'a dyn Machine,
    transport: Option<&'a dyn Transport>,
    region: Option<&'a Region>,
    clock: &'a dyn TimeSource,
    memory: Option<&'a Memory>,
}

impl<'a> Context<'a> {
    /// Surroundings without a transport, under the system's clock. Sources that speak HTTP are not here then.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        Self { machine, transport: None, region: None, clock: &SystemClock, memory: None }
    }

    /// Adds what carries requests.
    #[must_use]
    pub fn with_transport(mut self, transport: &'a dyn Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Adds the region that the caller set; it goes before the environment's and the profile's.
    #[must_use]
    pub fn with_region(mut self, region: &'a Region) -> Self {
        self.region = Some(region);
        self
    }

    /// Tells the time with `clock` instead of the system's.
    #[must_use]
    pub fn with_clock(mut self, clock: &'a dyn TimeSource) -> Self {
        self.clock = clock;
        self
    }

    /// Remembers between two times that the chain is asked.
    pub(super) fn with_memory(mut self, memory: &'a Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// What was remembered; `None` for surroundings that are made for one question.
    pub(super) fn memory(&self) -> Option<&'a Memory> {
        self.memory
    }

    /// Variables and files.
    #[must_use]
    pub fn machine(&self) -> &'a dyn Machine {
        self.machine
    }

    /// What carries requests, when there is something.
    #[must_use]
    pub fn transport(&self) -> Option<&'a dyn Transport> {
        self.transport
    }

    /// The region that the caller set.
    #[must_use]
    pub fn region(&self) -> Option<&'a Region> {
        self.region
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context").field("region", &self.region).finish_non_exhaustive()
    }
}
