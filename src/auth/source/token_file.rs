//! Tokens that the AWS CLI stores in files of their own, renewed there when they expire.
//!
//! A refresh token works once and is answered with the next, so two programs must not renew at the same time: whoever
//! renews holds a lock that cooperating programs respect, and reads the file again first. What cannot be written back
//! is kept in memory.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use zeroize::Zeroizing;

use crate::auth::context::memory::Memory;
use crate::auth::wire::document::DocumentError;
use crate::auth::{AuthError, Context};
use crate::base::time::rfc3339;
use crate::machine::FileLock;
use crate::transport::BoxFuture;

/// A token is renewed when it has no more than this left.
const EARLY: Duration = Duration::from_secs(5 * 60);

/// The minimum time between renewal attempts.
const PAUSE: Duration = Duration::from_secs(30);

/// How long to wait for another program's renewal while the token can still be used.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long to wait when it cannot: longer than an abandoned lock stays valid.
const LAST_PATIENCE: Duration = Duration::from_secs(16);

/// The shortest pause between two checks of the lock; it doubles up to eight times this.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What differs between the tokens of `aws sso login` and of `aws login`.
pub(in crate::auth) trait Kind: Send + Sync {
    /// The source, for errors.
    fn source(&self) -> &'static str;

    /// The command that makes a new file.
    fn login_command(&self) -> &str;

    /// Parses a file, including everything that renewing and using its token needs.
    fn read(&self, contents: &[u8], now: SystemTime) -> Result<Validity, DocumentError>;

    /// Renews the token in `contents`: returns the new contents of the file, or what went wrong. It takes at most 10 s,
    /// because a lock is held.
    fn renew<'a>(&'a self, contents: &'a [u8]) -> BoxFuture<'a, Result<Contents, String>>;
}

/// What a file holds.
pub(in crate::auth) type Contents = Zeroizing<Vec<u8>>;

/// How long a token is valid.
pub(in crate::auth) struct Validity {
    pub(in crate::auth) expires_at: SystemTime,
    /// Why it cannot be renewed, if so.
    pub(in crate::auth) obstacle: Option<&'static str>,
}

impl Validity {
    /// Whether the token must be renewed. Avoids arithmetic on the expiration, for which the file may hold any instant.
    fn is_due(&self, now: SystemTime) -> bool {
        !self.expires_at.duration_since(now).is_ok_and(|left| left > EARLY)
    }
}

/// A token that can be used now.
pub(in crate::auth) struct Current {
    /// The file's contents, already parsed successfully.
    pub(in crate::auth) contents: Contents,
    validity: Validity,
    /// When its file was last changed.
    pub(in crate::auth) modified: Option<SystemTime>,
    /// A warning to show to the user.
    pub(in crate::auth) warning: Option<String>,
}

/// Returns the token in the file `path`, renewed if that is due and possible.
pub(in crate::auth) async fn current(
    context: Context<'_>,
    path: &Path,
    kind: &dyn Kind,
) -> Result<Current, AuthError> {
    let file = TokenFile { context, path, kind };
    let now = context.now();
    let read = file.read(now)?;
    if !read.validity.is_due(now) {
        return Ok(read);
    }
    let reason = match read.validity.obstacle {
        Some(obstacle) => obstacle.to_owned(),
        None if context.memory().is_some_and(|memory| !memory.may_renew(path, now, PAUSE)) => {
            "it could not be renewed a moment ago".to_owned()
        }
        None => match file.renew(&read.validity).await {
            Ok(renewed) => return Ok(renewed),
            Err(reason) => reason,
        },
    };
    // Another program may have succeeded, and time has passed.
    file.still_usable(&reason)
}

struct TokenFile<'a> {
    context: Context<'a>,
    path: &'a Path,
    kind: &'a dyn Kind,
}

impl TokenFile<'_> {
    /// Reads the token from the file, or a newer one from memory that could not be written to it.
    fn read(&self, now: SystemTime) -> Result<Current, AuthError> {
        let machine = self.context.machine();
        // Read before the contents, so that a change in between is noticed later.
        let modified = machine.modified(self.path);
        let path = self.path.display();
        let unwritten = self.context.memory().and_then(|memory| memory.unwritten(self.path, modified));
        let contents = match unwritten {
            Some(contents) => contents,
            None => Zeroizing::new(machine.read(self.path).map_err(|error| {
                let problem = match error.kind() {
                    io::ErrorKind::NotFound => format!("there is no token: {path} does not exist"),
                    _ => format!("the token in {path} cannot be read: {error}"),
                };
                self.error(problem)
            })?),
        };
        let validity = self
            .kind
            .read(&contents, now)
            .map_err(|problem| self.error(format!("{path} does not contain a token: {problem}")))?;
        Ok(Current { contents, validity, modified, warning: None })
    }

    async fn renew(&self, before: &Validity) -> Result<Current, String> {
        let now = self.context.now();
        let expired = before.expires_at <= now;
        let _lock = self.lock(if expired { LAST_PATIENCE } else { PATIENCE }).await?;
        // Another program may have renewed it, using up the refresh token that was read before.
        let read = self.read(now).map_err(|error| error.problem().to_owned())?;
        if !read.validity.is_due(now) {
            return Ok(read);
        }
        if let Some(obstacle) = read.validity.obstacle {
            return Err(obstacle.to_owned());
        }
        let contents = self.kind.renew(&read.contents).await?;
        let validity = self.kind.read(&contents, now);
        let validity = validity.map_err(|problem| format!("the new token is unusable: {problem}"))?;
        let machine = self.context.machine();
        let warning = match machine.write_private(self.path, &contents) {
            Ok(()) => {
                if let Some(memory) = self.context.memory() {
                    memory.written(self.path);
                }
                None
            }
            Err(error) => {
                let modified = machine.modified(self.path);
                let keep = |memory: &Memory| memory.keep(self.path, modified, contents.clone());
                self.context.memory().is_none_or(keep).then(|| {
                    format!(
                        "the renewed token could not be written to {} and is kept in memory: {error}",
                        self.path.display()
                    )
                })
            }
        };
        Ok(Current { contents, validity, modified: machine.modified(self.path), warning })
    }

    /// Returns the token without renewal, if it is still valid.
    fn still_usable(&self, reason: &str) -> Result<Current, AuthError> {
        let now = self.context.now();
        let read = self.read(now)?;
        let expires_at = read.validity.expires_at;
        if expires_at > now {
            return Ok(read);
        }
        Err(self.error(format!("the token expired at {}, and {reason}", rfc3339(expires_at))))
    }

    /// Returns the lock beside the file; `None` when it cannot be locked, as in a read-only folder.
    async fn lock(&self, patience: Duration) -> Result<Option<FileLock>, String> {
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path: PathBuf = self.path.with_file_name(name);
        let (mut waited, mut pause) = (Duration::ZERO, LOOK_AGAIN);
        loop {
            match self.context.machine().try_lock(&path) {
                Ok(Some(lock)) => return Ok(Some(lock)),
                Ok(None) => {}
                Err(_) => return Ok(None),
            }
            let Some(transport) = self.context.transport().filter(|_| waited < patience) else {
                return Err(format!("another program is renewing it ({} is there)", path.display()));
            };
            transport.sleep(pause).await;
            waited = waited.saturating_add(pause);
            pause = pause.saturating_mul(2).min(LOOK_AGAIN.saturating_mul(8));
        }
    }

    fn error(&self, problem: String) -> AuthError {
        AuthError::new(self.kind.source(), problem).with_hint(format!("run `{}`", self.kind.login_command()))
    }
}
