//! The environment that a source may use.

#[cfg(feature = "client")]
pub(super) mod memory;

use std::fmt;
use std::time::SystemTime;

use http::Uri;

use crate::endpoint::Region;
use crate::machine::{Machine, SystemClock, TimeSource};
use crate::transport::{Cargo, InClear, PlainHttp, Transport};
use memory::Memory;

/// The environment that a source may use: variables and files, a transport, the time.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    machine: &'a dyn Machine,
    transport: Option<&'a dyn Transport>,
    region: Option<&'a Region>,
    clock: &'a dyn TimeSource,
    memory: Option<&'a Memory>,
    plain_http: Option<&'a PlainHttp>,
}

impl<'a> Context<'a> {
    /// Creates a context without a transport, on the system's clock. Sources that need HTTP are then unavailable.
    #[must_use]
    pub fn new(machine: &'a dyn Machine) -> Self {
        Self { machine, transport: None, region: None, clock: &SystemClock, memory: None, plain_http: None }
    }

    /// Sets the transport.
    #[must_use]
    pub fn with_transport(mut self, transport: &'a dyn Transport) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Sets the caller's region; it takes precedence over the environment's and the profile's.
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

    /// Sets what is remembered between loads of the chain.
    pub(super) fn with_memory(mut self, memory: &'a Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// Sets what may travel over plain http. Without it no token may.
    pub(crate) fn with_plain_http(mut self, plain_http: &'a PlainHttp) -> Self {
        self.plain_http = Some(plain_http);
        self
    }

    /// Whether `cargo` may be sent to `uri`.
    pub(super) fn check(&self, uri: &Uri, cargo: Cargo) -> Result<(), InClear> {
        match self.plain_http {
            Some(plain_http) => plain_http.check(uri, cargo),
            None => PlainHttp::default().check(uri, cargo),
        }
    }

    /// Returns what is remembered; `None` for a context made for a single load.
    pub(super) fn memory(&self) -> Option<&'a Memory> {
        self.memory
    }

    /// Returns the variables and files.
    #[must_use]
    pub fn machine(&self) -> &'a dyn Machine {
        self.machine
    }

    /// Returns the transport, if there is one.
    #[must_use]
    pub fn transport(&self) -> Option<&'a dyn Transport> {
        self.transport
    }

    /// Returns the region that the caller set.
    #[must_use]
    pub fn region(&self) -> Option<&'a Region> {
        self.region
    }

    /// Returns the current time.
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
