//! Kills a process and everything it started: its group, and its descendants as the system lists them.

#[cfg(unix)]
use std::io::{Read as _, Write as _};
#[cfg(unix)]
use std::process::{Child, ChildStdin, ChildStdout};
#[cfg(any(unix, windows))]
use std::process::{Command, Stdio};

/// How often to look for processes that were started meanwhile. What is stopped starts none, so that this ends soon.
#[cfg(unix)]
const MAX_PASSES: usize = 16;

/// Kills the process `root`, the group that it leads (if any), and its descendants.
///
/// Each is stopped before its children are listed, and none is killed before all are stopped: a process that runs may
/// start others after it was listed, and the children of one that is gone are nobody's descendants any more.
#[cfg(unix)]
pub(super) fn kill(root: u32) {
    let Some(mut signals) = Signals::start() else { return };
    // It continues when one of them is gone or is not a group.
    let group = 0_i64.saturating_sub(root.into());
    signals.send("-STOP", group);
    signals.send("-STOP", root.into());
    let mut found = vec![root];
    for _ in 0..MAX_PASSES {
        let before = found.len();
        let mut next = 0;
        while let Some(&parent) = found.get(next) {
            next = next.saturating_add(1);
            for child in children(parent) {
                if !found.contains(&child) {
                    signals.send("-STOP", child.into());
                    found.push(child);
                }
            }
        }
        if found.len() == before {
            break;
        }
    }
    signals.send("-KILL", group);
    for process in found {
        signals.send("-KILL", process.into());
    }
}

/// A shell that sends signals: `kill` is built into every one, and the system call needs unsafe code. It is started
/// once, because processes may be started faster than shells.
#[cfg(unix)]
struct Signals {
    shell: Child,
    orders: Option<ChildStdin>,
    done: ChildStdout,
}

#[cfg(unix)]
impl Signals {
    fn start() -> Option<Self> {
        let script = "while read -r signal process; do kill \"$signal\" \"$process\"; echo; done";
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut shell = command.spawn().ok()?;
        Some(Self { orders: shell.stdin.take(), done: shell.stdout.take()?, shell })
    }

    /// Sends `signal` to `process`, or to the group of one with a minus, and returns when it is sent.
    fn send(&mut self, signal: &str, process: i64) {
        let order = format!("{signal} {process}\n");
        if self.orders.as_mut().is_some_and(|orders| orders.write_all(order.as_bytes()).is_ok()) {
            let _ = self.done.read(&mut [0]);
        }
    }
}

#[cfg(unix)]
impl Drop for Signals {
    fn drop(&mut self) {
        // The shell ends with its input.
        self.orders = None;
        let _ = self.shell.wait();
    }
}

/// Lists the children of `parent`.
#[cfg(target_os = "linux")]
fn children(parent: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten() {
        // A kernel without CONFIG_PROC_CHILDREN has no such file.
        #[expect(clippy::disallowed_methods, reason = "the kernel writes it")]
        let Ok(list) = std::fs::read_to_string(thread.path().join("children")) else {
            return children_in(&parents(), parent);
        };
        children.extend(list.split_ascii_whitespace().filter_map(|id| id.parse::<u32>().ok()));
    }
    children
}

#[cfg(all(unix, not(target_os = "linux")))]
fn children(parent: u32) -> Vec<u32> {
    children_in(&parents(), parent)
}

#[cfg(unix)]
fn children_in(parents: &[(u32, u32)], parent: u32) -> Vec<u32> {
    parents.iter().filter(|(id, of)| *of == parent && *id != *of).map(|(id, _)| *id).collect()
}

/// Kills the process `root` and its descendants.
#[cfg(windows)]
pub(super) fn kill(root: u32) {
    quietly(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
}

/// Does nothing: there are no processes to kill.
#[cfg(not(any(unix, windows)))]
pub(super) fn kill(_: u32) {}

#[cfg(windows)]
fn quietly(command: &mut Command) {
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Lists every process and its parent.
#[cfg(target_os = "linux")]
fn parents() -> Vec<(u32, u32)> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let id = entry.file_name().to_str().and_then(|name| name.parse().ok());
        if let Some(id) = id
            && let Some(parent) = parent_of(id)
        {
            parents.push((id, parent));
        }
    }
    parents
}

/// The parent of a process; `None` when there is none.
#[cfg(target_os = "linux")]
pub(super) fn parent_of(process: u32) -> Option<u32> {
    #[expect(clippy::disallowed_methods, reason = "the kernel writes it")]
    let stat = std::fs::read(format!("/proc/{process}/stat")).ok()?;
    parent_in_stat(&stat).filter(|parent| *parent > 0)
}

/// Reads the parent from `id (name) state parent ...`; the name may contain spaces and parentheses.
#[cfg(target_os = "linux")]
fn parent_in_stat(stat: &[u8]) -> Option<u32> {
    let end_of_name = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(stat.get(end_of_name..)?).ok()?;
    rest.split_ascii_whitespace().nth(2)?.parse().ok()
}

#[cfg(all(unix, not(target_os = "linux")))]
fn parents() -> Vec<(u32, u32)> {
    let listed = Command::new("ps").args(["-A", "-o", "pid=", "-o", "ppid="]).stderr(Stdio::null()).output();
    let text = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let pair = |line: &str| {
        let mut numbers = line.split_ascii_whitespace().map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    text.lines().filter_map(pair).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn children_are_found_in_a_list_of_all_processes() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (13, 10), (20, 1), (0, 0)];
        assert_eq!(children_in(&parents, 10), [11, 13]);
        assert_eq!(children_in(&parents, 12), Vec::<u32>::new());
        assert_eq!(children_in(&parents, 0), [1], "nobody is a child of its own");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn both_lists_tell_the_same_children() {
        let mut child = Command::new("sleep").arg("60").spawn().expect("it starts");
        for list in [children(std::process::id()), children_in(&parents(), std::process::id())] {
            assert!(list.contains(&child.id()), "{list:?}");
        }
        kill(child.id());
        assert!(!child.wait().expect("it ends").success());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_name_in_stat_may_hold_anything() {
        assert_eq!(parent_in_stat(b"7 (a) b (c)) S 42 7 7"), Some(42));
        assert_eq!(parent_in_stat(b"7 nothing"), None);
        let own = parents().into_iter().find(|(id, _)| *id == std::process::id());
        assert!(own.is_some_and(|(_, parent)| parent > 0));
    }
}
