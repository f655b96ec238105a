//! Builds a chain that differs from the default one: one slot per source, each of which can be removed.

use std::fmt;
use std::sync::Arc;

use super::Chain;
use super::sources::{
    BearerSource, ContainerSource, EnvironmentSource, ImdsSource, ProfileSource, WebIdentitySource,
};
use crate::auth::Source;
use crate::auth::context::memory::Memory;
use crate::auth::source::imds::Imds;
use crate::endpoint::{EndpointError, Region};
use crate::machine::{Machine, SystemMachine, TimeSource};
use crate::transport::{PlainHttp, Transport};

/// The default order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Bearer,
    Environment,
    Profile,
    WebIdentity,
    Container,
    Imds,
}

/// Builds a [`Chain`] that differs from the default one.
pub struct ChainBuilder {
    machine: Arc<dyn Machine>,
    transport: Option<Arc<dyn Transport>>,
    region: Option<Result<Region, EndpointError>>,
    clock: Option<Arc<dyn TimeSource>>,
    own: Vec<Box<dyn Source>>,
    profile: Option<String>,
    imds: Imds,
    slots: Vec<Slot>,
    allow_http: bool,
}

impl ChainBuilder {
    pub(super) fn new() -> Self {
        Self {
            machine: Arc::new(SystemMachine),
            transport: None,
            region: None,
            clock: None,
            own: Vec::new(),
            profile: None,
            imds: Imds::new(),
            slots: vec![
                Slot::Bearer,
                Slot::Environment,
                Slot::Profile,
                Slot::WebIdentity,
                Slot::Container,
                Slot::Imds,
            ],
            allow_http: false,
        }
    }

    /// Uses these variables and files instead of the real ones.
    #[must_use]
    pub fn machine(self, machine: impl Machine + 'static) -> Self {
        self.on(Arc::new(machine))
    }

    /// As [`machine`](Self::machine), shared.
    pub(crate) fn on(mut self, machine: Arc<dyn Machine>) -> Self {
        self.machine = machine;
        self
    }

    /// Sends the HTTP requests of sources over this. Default: the transport of the client that uses the chain.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Calls STS and similar services in this region, instead of the environment's or the profile's. What is not a region
    /// is said when credentials are looked for.
    #[must_use]
    pub fn region(mut self, region: impl TryInto<Region, Error: Into<EndpointError>>) -> Self {
        self.region = Some(region.try_into().map_err(Into::into));
        self
    }

    /// Tells the time with `clock`, which may be a closure. Default: the clock of the client that uses the chain, else
    /// the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl TimeSource + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Tries this profile ahead of the token and keys in the environment. It must exist and hold credentials.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self
    }

    /// Leaves out `AWS_BEARER_TOKEN_BEDROCK`.
    #[must_use]
    pub fn no_bearer(self) -> Self {
        self.without(Slot::Bearer)
    }

    /// Leaves out `AWS_ACCESS_KEY_ID` and its companions.
    #[must_use]
    pub fn no_environment(self) -> Self {
        self.without(Slot::Environment)
    }

    /// Leaves out the profile, even one that was named.
    #[must_use]
    pub fn no_profile(self) -> Self {
        self.without(Slot::Profile)
    }

    /// Leaves out `AWS_WEB_IDENTITY_TOKEN_FILE`.
    #[must_use]
    pub fn no_web_identity(self) -> Self {
        self.without(Slot::WebIdentity)
    }

    /// Leaves out `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` and `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    #[must_use]
    pub fn no_container(self) -> Self {
        self.without(Slot::Container)
    }

    /// Asks the instance metadata service with these settings.
    #[must_use]
    pub fn imds(mut self, imds: Imds) -> Self {
        self.imds = imds;
        self
    }

    /// Leaves out the instance metadata service. A profile may still name it as its `credential_source`.
    #[must_use]
    pub fn no_imds(self) -> Self {
        self.without(Slot::Imds)
    }

    /// Adds a source of your own, ahead of the standard ones and after those added earlier.
    #[must_use]
    pub fn source(mut self, source: impl Source + 'static) -> Self {
        self.own.push(Box::new(source));
        self
    }

    /// Sends tokens over plain `http` to other machines, too, as
    /// [`ClientBuilder::allow_http`](crate::ClientBuilder::allow_http) does.
    #[must_use]
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Builds the chain.
    #[must_use]
    pub fn build(self) -> Chain {
        let mut slots = self.slots;
        if self.profile.is_some() {
            let (profile, others): (Vec<_>, Vec<_>) = slots.iter().partition(|slot| **slot == Slot::Profile);
            slots = [profile, others].concat();
        }
        let mut sources = self.own;
        sources.extend(slots.into_iter().map(|slot| -> Box<dyn Source> {
            let profile = self.profile.clone();
            match slot {
                Slot::Bearer => Box::new(BearerSource),
                Slot::Environment => Box::new(EnvironmentSource),
                Slot::Profile => Box::new(ProfileSource { profile }),
                Slot::WebIdentity => Box::new(WebIdentitySource { profile }),
                Slot::Container => Box::new(ContainerSource),
                Slot::Imds => Box::new(ImdsSource { imds: self.imds.clone(), profile }),
            }
        }));
        let memory = Memory::default();
        let plain_http = Arc::new(PlainHttp::new(self.allow_http, None));
        let Self { machine, transport, clock, .. } = self;
        let (region, problem) = match self.region.transpose() {
            Ok(region) => (region, None),
            Err(error) => (None, Some(error)),
        };
        Chain { machine, transport, region, problem, clock, sources, memory, plain_http }
    }

    fn without(mut self, left_out: Slot) -> Self {
        self.slots.retain(|slot| *slot != left_out);
        self
    }
}

impl fmt::Debug for ChainBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainBuilder")
            .field("profile", &self.profile)
            .field("slots", &self.slots)
            .finish_non_exhaustive()
    }
}
