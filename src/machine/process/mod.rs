//! Runs a command through the shell on a thread of its own, bounded in time and output, and leaves no process behind.

#[cfg(target_os = "linux")]
mod ancestors;

use std::fmt;
use std::future::Future;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::handoff::{Handoff, Running, Watching};
use super::threads::spawn;
use super::tree;

/// How many programs of `credential_process` may run inside each other: the eighth process of a chain runs none.
pub(crate) const MAX_NESTED_PROCESSES: usize = 7;

/// The limits of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessLimits {
    time: Duration,
    stdout_bytes: usize,
}

impl ProcessLimits {
    /// Allows at most `time` until it has ended, and at most `stdout_bytes` bytes of output.
    #[must_use]
    pub fn new(time: Duration, stdout_bytes: usize) -> Self {
        Self { time, stdout_bytes }
    }

    /// How long it may run.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.time
    }

    /// How much it may write to its standard output.
    #[must_use]
    pub fn stdout_bytes(&self) -> usize {
        self.stdout_bytes
    }
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessEnd {
    /// It exited with this code.
    Exited(i32),
    /// Something else killed it.
    Killed,
    /// We killed it because it took too long.
    TimedOut,
    /// We killed it because it wrote too much.
    TooMuchOutput,
}

/// How a process ended, and what it wrote. `Debug` hides the output, which may hold secrets.
pub struct ProcessOutput {
    end: ProcessEnd,
    stdout: Zeroizing<Vec<u8>>,
}

impl ProcessOutput {
    /// Describes a process that ended like this, having written `stdout`.
    pub fn new(end: ProcessEnd, stdout: impl Into<Vec<u8>>) -> Self {
        Self { end, stdout: Zeroizing::new(stdout.into()) }
    }

    /// Returns how it ended.
    #[must_use]
    pub fn end(&self) -> ProcessEnd {
        self.end
    }

    /// Returns what it wrote to its standard output; empty when we killed it.
    #[must_use]
    pub fn stdout(&self) -> &[u8] {
        &self.stdout
    }
}

impl fmt::Debug for ProcessOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessOutput").field("end", &self.end).finish_non_exhaustive()
    }
}

/// How often to check whether a process that has closed its output has ended.
const POLL: Duration = Duration::from_millis(5);

/// Starts `command` and resolves when it has ended or was killed. Dropping the future kills it too, and waits for that,
/// so that a program that exits then leaves nothing behind.
///
/// It inherits our standard input and standard error, so that the user can answer a prompt for a second factor.
pub(super) fn run(
    command: &str,
    variables: &[(&str, &str)],
    limits: ProcessLimits,
) -> impl Future<Output = io::Result<ProcessOutput>> + Send + use<> {
    let handoff = Handoff::new();
    let name = ancestors::mark(command, variables);
    // Without variables, two commands that are alike may still be asked for different things.
    let mark = (!variables.is_empty()).then(|| name.clone());
    let mut command = shell(command);
    command.envs(variables.iter().copied());
    let watched = Arc::clone(&handoff);
    let spawned = spawn(&name, move || {
        let otherwise = || Err(io::Error::other("the thread that watched the process failed"));
        let watching = Watching { handoff: watched, otherwise };
        let result =
            ancestors::check(mark.as_deref()).and_then(|()| supervise(command, limits, &watching.handoff));
        watching.handoff.end(|| result);
    });
    if let Err(error) = spawned {
        handoff.end(|| Err(error));
    }
    Running(handoff)
}

/// Elsewhere the variables alone tell a loop.
#[cfg(not(target_os = "linux"))]
mod ancestors {
    pub(super) fn mark(_: &str, _: &[(&str, &str)]) -> String {
        "credential_process".to_owned()
    }

    pub(super) fn check(_: Option<&str>) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns the whole output, or `None` when there was more than allowed.
type Output = io::Result<Option<Zeroizing<Vec<u8>>>>;

type Shared = Handoff<Output, io::Result<ProcessOutput>>;

#[cfg(unix)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(command);
    // A process group of its own can be killed as a whole. But a background group cannot read from the terminal, and
    // Ctrl-C does not reach it: where there is a terminal, the descendants are looked up instead.
    #[expect(clippy::disallowed_methods, reason = "a terminal is no file")]
    let has_terminal = std::fs::File::open("/dev/tty").is_ok();
    if !has_terminal {
        std::os::unix::process::CommandExt::process_group(&mut shell, 0);
    }
    shell
}

#[cfg(windows)]
fn shell(command: &str) -> Command {
    let mut shell = Command::new("cmd");
    // Raw, because `cmd` does not parse quotes the way Rust would write them.
    std::os::windows::process::CommandExt::raw_arg(&mut shell, "/C");
    std::os::windows::process::CommandExt::raw_arg(&mut shell, command);
    shell
}

#[cfg(not(any(unix, windows)))]
fn shell(command: &str) -> Command {
    Command::new(command)
}

fn supervise(mut command: Command, limits: ProcessLimits, shared: &Arc<Shared>) -> io::Result<ProcessOutput> {
    let mut deadline = Deadline::new(limits.time());
    command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let mut child = command.spawn()?;
    let Some(stdout) = child.stdout.take() else {
        end(&mut child);
        return Err(io::Error::other("the process has no output"));
    };
    // Ends with the output; a process that escapes and keeps the output open ties up only this thread.
    let (reader, most) = (Arc::clone(shared), limits.stdout_bytes());
    let read = move || {
        let output = read_at_most(stdout, most);
        reader.put_output(output);
    };
    if let Err(error) = spawn("credential_process output", read) {
        end(&mut child);
        return Err(error);
    }

    let output = loop {
        let output = shared.output(deadline.remaining());
        if output.is_some() || !deadline.put_off() {
            break output;
        }
    };
    let killed_as = match output {
        Some(Ok(Some(stdout))) => return wait(child, stdout, shared, deadline),
        Some(Ok(None)) => Ok(ProcessEnd::TooMuchOutput),
        Some(Err(error)) => Err(error),
        None => Ok(ProcessEnd::TimedOut),
    };
    end(&mut child);
    killed_as.map(|killed_as| ProcessOutput::new(killed_as, Vec::new()))
}

/// Waits for a process that has closed its output to end.
fn wait(
    mut child: Child,
    stdout: Zeroizing<Vec<u8>>,
    shared: &Shared,
    mut deadline: Deadline,
) -> io::Result<ProcessOutput> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(ProcessOutput { end: ended(status), stdout });
        }
        let out_of_time = deadline.remaining().is_zero() && !deadline.put_off();
        if out_of_time || shared.is_canceled(POLL.min(deadline.remaining())) {
            end(&mut child);
            return Ok(ProcessOutput::new(ProcessEnd::TimedOut, Vec::new()));
        }
    }
}

/// When a process must have ended.
struct Deadline {
    limit: Duration,
    /// `None` for one beyond what the clock can tell.
    at: Option<Instant>,
    was_put_off: bool,
}

impl Deadline {
    /// A wait that ends so much later than it should means that this program was stopped, and the process perhaps not.
    const LATE: Duration = Duration::from_millis(100);

    fn new(limit: Duration) -> Self {
        Self { limit, at: Instant::now().checked_add(limit), was_put_off: false }
    }

    fn remaining(&self) -> Duration {
        self.at.map_or(self.limit, |at| at.saturating_duration_since(Instant::now()))
    }

    /// Gives the process the whole time again, once, when this program slept past the deadline. Whether it did so.
    fn put_off(&mut self) -> bool {
        let slept = self.at.is_some_and(|at| Instant::now().saturating_duration_since(at) > Self::LATE);
        if slept && !self.was_put_off {
            *self = Self { was_put_off: true, ..Self::new(self.limit) };
            return true;
        }
        false
    }
}

fn ended(status: ExitStatus) -> ProcessEnd {
    status.code().map_or(ProcessEnd::Killed, ProcessEnd::Exited)
}

/// Reads the output, unless it is longer than `most` bytes. The buffer never grows, so no copies of secrets stay
/// behind.
fn read_at_most(mut output: impl Read, most: usize) -> Output {
    let mut bytes = Zeroizing::new(vec![0; most.saturating_add(1)]);
    let mut filled = 0;
    while let Some(free) = bytes.get_mut(filled..).filter(|free| !free.is_empty()) {
        match output.read(free) {
            Ok(0) => {
                bytes.truncate(filled);
                return Ok(Some(bytes));
            }
            Ok(count) => filled = filled.saturating_add(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

/// Kills the process and everything it started, and reaps it so that no zombie stays.
fn end(child: &mut Child) {
    tree::kill(child.id());
    // It may have exited already.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_gets_the_time_that_we_slept_once_more_and_no_oftener() {
        let limit = Duration::from_secs(60);
        let ago = |milliseconds| Instant::now().checked_sub(Duration::from_millis(milliseconds));
        let mut in_time = Deadline { at: ago(50), ..Deadline::new(limit) };
        assert!(!in_time.put_off() && in_time.remaining().is_zero());
        let mut late = Deadline { at: ago(500), ..Deadline::new(limit) };
        assert!(late.put_off() && late.remaining() > Duration::from_secs(50));
        late.at = ago(500);
        assert!(!late.put_off());
    }
}
