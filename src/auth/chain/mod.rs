//! Asks the sources in order: which one authorizes requests, and why the others do not.

mod builder;
mod sources;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::answer::EXPLICIT;
use super::context::memory::Memory;
use super::{Answer, Attempt, Auth, AuthError, AuthErrorKind, Context, Found, Presence, Source};
use crate::endpoint::{EndpointError, Region};
use crate::machine::{Machine, TimeSource};
use crate::transport::{PlainHttp, Transport};

pub use builder::ChainBuilder;

/// What an error names in place of a source, when the program's own setting is wrong.
const SETTINGS: &str = "settings of the chain";

/// Credentials, and which source they are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    source: String,
    /// The place of the source in its chain.
    index: usize,
    found: Found,
    warnings: Vec<String>,
}

impl Resolved {
    /// Returns the credentials.
    #[must_use]
    pub fn auth(&self) -> &Auth {
        self.found.auth()
    }

    /// Returns the credentials by value.
    #[must_use]
    pub fn into_auth(self) -> Auth {
        self.found.into_auth()
    }

    /// Returns the name of the source.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Creates a value for credentials that the program supplies itself.
    pub(crate) fn explicit(auth: Auth) -> Self {
        Self {
            source: EXPLICIT.to_owned(),
            index: 0,
            found: Found::new(auth, EXPLICIT),
            warnings: Vec::new(),
        }
    }

    /// Returns when they expire; `None` for those that do not, and for tokens, whose expiration is unknown.
    #[must_use]
    pub fn expiration(&self) -> Option<SystemTime> {
        self.found.auth().expiration()
    }

    /// Returns where the source found them: a variable, a file and line.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.found.origin()
    }

    /// Returns whom they belong to: what the source knows, else the access key id or the token itself. It stays the same
    /// when a role's credentials are renewed.
    pub(crate) fn principal(&self) -> &str {
        self.found.principal().unwrap_or_else(|| match self.auth() {
            Auth::SigV4(credentials) => credentials.access_key_id(),
            Auth::Bearer(token) => token.expose(),
        })
    }

    /// Returns the warnings to show to the user: that a bearer token shadows IAM credentials, or the other way round,
    /// and the source's own.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    #[cfg(test)]
    pub(super) fn new(source: &str, found: Found) -> Self {
        Self { source: source.to_owned(), index: 0, found, warnings: Vec::new() }
    }

    pub(super) fn found(&self) -> &Found {
        &self.found
    }

    /// The same, with a warning about a file that could not be read before they were found.
    fn beside(self, unread: Option<&AuthError>) -> Self {
        match unread {
            Some(error) => self.with_warning(error.to_string()),
            None => self,
        }
    }

    pub(super) fn with_warning(mut self, warning: String) -> Self {
        self.warnings.push(warning);
        self
    }
}

/// The sources in the order in which they are asked.
///
/// ```
/// use bedrill::auth::Chain;
/// use bedrill::machine::StaticMachine;
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let machine = StaticMachine::new().with_var("AWS_BEARER_TOKEN_BEDROCK", "key");
/// let chain = Chain::builder().machine(machine).build();
/// let resolved = chain.load().await?;
/// assert_eq!((resolved.source(), resolved.origin()), ("bearer token", "AWS_BEARER_TOKEN_BEDROCK"));
/// # Ok::<(), bedrill::auth::AuthError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Chain {
    machine: Arc<dyn Machine>,
    transport: Option<Arc<dyn Transport>>,
    region: Option<Region>,
    /// What is wrong with the region.
    problem: Option<EndpointError>,
    clock: Option<Arc<dyn TimeSource>>,
    sources: Vec<Box<dyn Source>>,
    memory: Memory,
    plain_http: Arc<PlainHttp>,
}

impl Chain {
    /// Creates the default chain over the real environment: bearer token, access keys, profile, web identity,
    /// container, IMDS.
    ///
    /// With the feature `reqwest`, requests go over a `ReqwestTransport`; without it, or when it cannot be created,
    /// sources that need HTTP report that there is no transport.
    #[must_use]
    pub fn standard() -> Self {
        let builder = Self::builder();
        #[cfg(feature = "reqwest")]
        let builder = match crate::transport::ReqwestTransport::new() {
            Ok(transport) => builder.transport(transport),
            Err(_) => builder,
        };
        builder.build()
    }

    /// Starts from the default order, without a transport.
    #[must_use]
    pub fn builder() -> ChainBuilder {
        ChainBuilder::new()
    }

    /// Fills in what was not set from the client that it becomes part of.
    pub(crate) fn or_defaults(
        mut self,
        transport: &Arc<dyn Transport>,
        region: Option<&Region>,
        clock: &Arc<dyn TimeSource>,
        plain_http: &Arc<PlainHttp>,
    ) -> Self {
        self.transport.get_or_insert_with(|| Arc::clone(transport));
        self.clock.get_or_insert_with(|| Arc::clone(clock));
        self.region = self.region.or_else(|| region.cloned());
        if !self.plain_http.is_allowed() {
            self.plain_http = Arc::clone(plain_http);
        }
        self
    }

    fn context(&self) -> Context<'_> {
        let mut context = Context::new(&*self.machine);
        if let Some(clock) = &self.clock {
            context = context.with_clock(&**clock);
        }
        if let Some(transport) = &self.transport {
            context = context.with_transport(&**transport);
        }
        if let Some(region) = &self.region {
            context = context.with_region(region);
        }
        context.with_memory(&self.memory).with_plain_http(&self.plain_http)
    }

    pub(super) fn machine(&self) -> &dyn Machine {
        &*self.machine
    }

    pub(super) fn now(&self) -> SystemTime {
        self.context().now()
    }

    /// Asks the sources in order, until one has credentials.
    ///
    /// # Errors
    ///
    /// When no source has any: the error lists each one's answer. Also when a source is configured but broken.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future cancels the source that is being asked: its connection is closed, its lock is released, and
    /// a `credential_process` is killed ([`Machine::run`]). Calling again asks all sources again.
    ///
    /// One thing can be lost: a token of `aws sso login` or `aws login` that was being renewed. If the service has
    /// already used up the old one, a new login is needed. This chain does not try to renew it again for 30 seconds.
    pub async fn load(&self) -> Result<Resolved, AuthError> {
        self.check()?;
        let context = self.context();
        let (mut attempts, mut unread) = (Vec::new(), None);
        for (index, source) in self.sources.iter().enumerate() {
            let answer = source.load(context).await;
            match answer {
                Ok(Answer::Found(found)) => {
                    let resolved = self.resolved(context, (index, &**source), found);
                    return Ok(resolved.beside(unread.as_ref()));
                }
                Ok(Answer::NotHere(_)) => attempts.push(Attempt::new(source.name(), &answer)),
                Err(error) if error.kind() == AuthErrorKind::Unread => {
                    attempts.push(Attempt::new(source.name(), &Err(error.clone())));
                    unread = Some(error);
                }
                Err(error) => return Err(error.after(attempts)),
            }
        }
        Err(unread.unwrap_or_else(|| AuthError::no_credentials(attempts)))
    }

    /// Asks every source, including those after the one that is used, and returns what each answered.
    ///
    /// # Cancel safety
    ///
    /// As [`load`](Self::load). The answers so far are lost; calling again asks every source again, including for an
    /// MFA code.
    pub async fn explain(&self) -> Vec<Attempt> {
        self.ask_all().await.0
    }

    /// Returns what every source answered, and the result that [`load`](Self::load) derives from it. Each is asked
    /// once, because an MFA code works only once.
    pub(super) async fn ask_all(&self) -> (Vec<Attempt>, Result<Resolved, AuthError>) {
        if let Err(error) = self.check() {
            return (vec![Attempt::new(SETTINGS, &Err(error.clone()))], Err(error));
        }
        let context = self.context();
        let mut attempts = Vec::with_capacity(self.sources.len());
        let (mut decided, mut unread) = (None, None);
        for (index, source) in self.sources.iter().enumerate() {
            let answer = source.load(context).await;
            let attempt = Attempt::new(source.name(), &answer);
            match answer {
                Ok(Answer::Found(found)) if decided.is_none() => {
                    let resolved = self.resolved(context, (index, &**source), found);
                    decided = Some(Ok(resolved.beside(unread.as_ref())));
                    attempts.push(attempt.chosen());
                    continue;
                }
                Err(error) if error.kind() == AuthErrorKind::Unread => {
                    unread.get_or_insert(error);
                }
                Err(error) if decided.is_none() => decided = Some(Err(error.after(attempts.clone()))),
                _ => {}
            }
            attempts.push(attempt);
        }
        let none = || Err(unread.unwrap_or_else(|| AuthError::no_credentials(attempts.clone())));
        let outcome = decided.unwrap_or_else(none);
        (attempts, outcome)
    }

    /// Fails when a setting of the program's cannot be used.
    fn check(&self) -> Result<(), AuthError> {
        match &self.problem {
            Some(error) => Err(AuthError::new(SETTINGS, error.to_string())),
            None => Ok(()),
        }
    }

    /// Returns what the source at `index` found, with the warnings about it; those behind it are not asked any more.
    fn resolved(
        &self,
        context: Context<'_>,
        (index, source): (usize, &dyn Source),
        found: Found,
    ) -> Resolved {
        let behind = self.sources.iter().skip(index.saturating_add(1));
        let mut warnings = warnings(&found, behind.filter_map(|source| source.presence(context)));
        warnings.extend_from_slice(found.warnings());
        Resolved { source: source.name().to_owned(), index, found, warnings }
    }

    /// Returns the region that credentials of this chain belong to: the instance's, for those of IMDS. `None` when their
    /// source knows none.
    pub(crate) async fn region_of(&self, resolved: &Resolved) -> Option<Region> {
        self.sources.get(resolved.index)?.region(self.context()).await
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sources: Vec<_> = self.sources.iter().map(|source| source.name()).collect();
        f.debug_struct("Chain").field("sources", &sources).finish_non_exhaustive()
    }
}

/// Warns when credentials of the other kind exist in later sources.
fn warnings(found: &Found, shadowed: impl Iterator<Item = Presence>) -> Vec<String> {
    let bearer_signs = matches!(found.auth(), Auth::Bearer(_));
    let places: Vec<_> = shadowed
        .filter_map(|presence| match presence {
            Presence::Iam(place) if bearer_signs => Some(place),
            Presence::Bearer(place) if !bearer_signs => Some(place),
            _ => None,
        })
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    let (places, origin) = (places.join(" and "), found.origin());
    vec![if bearer_signs {
        format!(
            "the bearer token from {origin} is used, and the IAM credentials from {places} are not; remove the token \
             to use those"
        )
    } else {
        format!("the IAM credentials from {origin} are used, and the bearer token from {places} is not")
    }]
}
