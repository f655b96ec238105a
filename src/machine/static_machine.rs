//! A machine made up by the program.

use std::collections::BTreeMap;
#[cfg(feature = "client")]
use std::net::IpAddr;
use std::path::{Path, PathBuf};
#[cfg(feature = "client")]
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use std::{fmt, io};

#[cfg(feature = "client")]
use zeroize::Zeroizing;

use super::Machine;
#[cfg(feature = "client")]
use crate::base::BoxFuture;

/// Variables and files supplied by the program: for tests, and for embedders that keep both elsewhere.
///
/// What a source writes stays in memory, and clones share it. No process is run. `Debug` shows names, never values or
/// contents.
///
/// ```
/// use bedrill::auth::{Answer, Auth, env};
/// use bedrill::machine::StaticMachine;
///
/// let machine = StaticMachine::new().with_var("AWS_BEARER_TOKEN_BEDROCK", "key");
/// let Answer::Found(found) = env::bearer_token(&machine)? else { panic!("not found") };
/// assert_eq!(found.auth(), &Auth::Bearer("key".into()));
/// # Ok::<(), bedrill::auth::AuthError>(())
/// ```
#[derive(Clone, Default)]
pub struct StaticMachine {
    vars: BTreeMap<String, String>,
    files: BTreeMap<PathBuf, Vec<u8>>,
    home: Option<PathBuf>,
    #[cfg(feature = "client")]
    addresses: BTreeMap<String, Vec<IpAddr>>,
    #[cfg(feature = "client")]
    written: std::sync::Arc<std::sync::Mutex<BTreeMap<PathBuf, Written>>>,
}

/// A file that was written over the program's own, and how often.
#[cfg(feature = "client")]
struct Written {
    contents: Zeroizing<Vec<u8>>,
    times: u32,
}

impl StaticMachine {
    /// Creates a machine without variables, files or a home directory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a variable.
    #[must_use]
    pub fn with_var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Adds a file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), contents.into());
        self
    }

    /// Sets the home directory.
    #[must_use]
    pub fn with_home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// Adds a host name and its addresses.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn with_addresses(
        mut self,
        name: impl Into<String>,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Self {
        self.addresses.insert(name.into(), addresses.into_iter().collect());
        self
    }

    #[cfg(feature = "client")]
    fn written(&self) -> std::sync::MutexGuard<'_, BTreeMap<PathBuf, Written>> {
        self.written.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Machine for StaticMachine {
    fn var(&self, name: &str) -> Option<String> {
        self.vars.get(name).cloned()
    }

    fn home(&self) -> Option<PathBuf> {
        self.home.clone()
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        #[cfg(feature = "client")]
        if let Some(written) = self.written().get(path) {
            return Ok(written.contents.to_vec());
        }
        self.files.get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    #[cfg(feature = "client")]
    fn modified(&self, path: &Path) -> Option<SystemTime> {
        let times = self.written().get(path).map(|written| written.times);
        let times = times.or_else(|| self.files.contains_key(path).then_some(0))?;
        UNIX_EPOCH.checked_add(Duration::from_secs(times.into()))
    }

    #[cfg(feature = "client")]
    fn resolve(&self, name: &str) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        let addresses = self.addresses.get(name).cloned();
        Box::pin(std::future::ready(addresses.ok_or_else(|| io::ErrorKind::NotFound.into())))
    }

    #[cfg(feature = "client")]
    fn write_private(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        let mut all = self.written();
        let times = all.get(path).map_or(0, |written| written.times).saturating_add(1);
        all.insert(path.to_owned(), Written { contents: Zeroizing::new(contents.to_vec()), times });
        Ok(())
    }
}

impl fmt::Debug for StaticMachine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticMachine")
            .field("vars", &self.vars.keys().collect::<Vec<_>>())
            .field("files", &self.files.keys().collect::<Vec<_>>())
            .field("home", &self.home)
            .finish()
    }
}
