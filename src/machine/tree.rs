//! Kills a process and everything it started: its group, and its descendants as the system lists them.

#[cfg(any(unix, windows))]
use std::process::{Command, Stdio};

/// How often to look for processes that were started meanwhile. What is stopped starts none, so that this ends soon.
#[cfg(unix)]
const MAX_LISTINGS: usize = 32;

/// Kills the process `root`, the group that it leads (if any), and its descendants.
///
/// They are stopped before the first one is killed: a process that still runs may start others after it was listed,
/// and the children of one that is gone are nobody's descendants any more.
#[cfg(unix)]
pub(super) fn kill(root: u32) {
    let mut found = vec![root];
    signal("-STOP", root, &found);
    for _ in 0..MAX_LISTINGS {
        let mut new = descendants(&parents(), root);
        new.retain(|id| !found.contains(id));
        if new.is_empty() {
            break;
        }
        signal("-STOP", root, &new);
        found.extend(new);
    }
    signal("-KILL", root, &found);
}

/// Sends `name` to `processes`, and to the group of `root`.
#[cfg(unix)]
fn signal(name: &str, root: u32, processes: &[u32]) {
    let targets = processes.iter().map(u32::to_string);
    // `kill` is built into every shell, and the system call needs unsafe code. It continues when one of the targets is
    // gone or is not a group.
    let script = "s=$1; shift; for p; do kill \"$s\" \"$p\"; done";
    quietly(Command::new("sh").args(["-c", script, "sh", name]).arg(format!("-{root}")).args(targets));
}

/// Kills the process `root` and its descendants.
#[cfg(windows)]
pub(super) fn kill(root: u32) {
    quietly(Command::new("taskkill").args(["/T", "/F", "/PID", &root.to_string()]));
}

/// Does nothing: there are no processes to kill.
#[cfg(not(any(unix, windows)))]
pub(super) fn kill(_: u32) {}

#[cfg(any(unix, windows))]
fn quietly(command: &mut Command) {
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Lists every process and its parent.
#[cfg(target_os = "linux")]
fn parents() -> Vec<(u32, u32)> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let process = |entry: std::fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read(entry.path().join("stat")).ok()?;
        Some((id, parent_in_stat(&stat)?))
    };
    entries.flatten().filter_map(process).collect()
}

/// Reads the parent from `id (name) state parent ...`; the name may contain spaces and parentheses.
#[cfg(target_os = "linux")]
pub(super) fn parent_in_stat(stat: &[u8]) -> Option<u32> {
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

#[cfg(unix)]
fn descendants(parents: &[(u32, u32)], root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        next = next.saturating_add(1);
        let children = parents.iter().filter(|(id, of)| *of == parent && *id != *of).map(|(id, _)| *id);
        let new: Vec<u32> = children.filter(|id| !found.contains(id)).collect();
        found.extend(new);
    }
    found.split_off(1)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_followed_through_all_generations() {
        let parents = [(1, 0), (10, 1), (11, 10), (12, 11), (13, 12), (20, 1), (21, 20), (0, 0)];
        assert_eq!(descendants(&parents, 10), [11, 12, 13]);
        assert_eq!(descendants(&parents, 21), Vec::<u32>::new());
        assert_eq!(descendants(&[(1, 2), (2, 1)], 1), [2], "a loop ends");
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
