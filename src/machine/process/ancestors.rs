//! The helper programs that lead to this process, as Linux lists them: for when the variable that tells them was
//! cleared on the way (`env -i`, `sudo`).
//!
//! The thread that watches a helper has a name that says whose helper it is, and any process may read the names of its
//! ancestors' threads.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::{fs, io};

use super::MAX_NESTED_PROCESSES;
use crate::machine::tree::parent_of;

const PREFIX: &str = "cred-";

/// More ancestors than this are not looked at.
const MAX_ANCESTORS: usize = 256;

/// The name of the thread that runs `command` with these variables: the 15 bytes that Linux allows. It tells neither.
pub(super) fn mark(command: &str, variables: &[(&str, &str)]) -> String {
    const TEN_DIGITS: u64 = (1 << 40) - 1;
    // Alike in every process that is built with one version of Rust; for others there is the limit on the depth.
    let mut hasher = DefaultHasher::new();
    (command, variables).hash(&mut hasher);
    format!("{PREFIX}{:010x}", hasher.finish() & TEN_DIGITS)
}

/// Refuses what an ancestor is already running, as `mark` tells, and what would run inside too many others.
///
/// # Errors
///
/// [`io::ErrorKind::Deadlock`].
pub(super) fn check(mark: Option<&str>) -> io::Result<()> {
    let marks = marks();
    let problem = if marks.iter().any(|of_ancestor| Some(of_ancestor.trim_end()) == mark) {
        "it leads back to its own profile, which is a loop: a process that led to this one runs it already"
    } else if marks.len() >= MAX_NESTED_PROCESSES {
        "it would run inside seven others, as in a loop"
    } else {
        return Ok(());
    };
    Err(io::Error::new(io::ErrorKind::Deadlock, problem))
}

/// The marks of all ancestors.
fn marks() -> Vec<String> {
    let mut marks = Vec::new();
    let mut process = std::process::id();
    for _ in 0..MAX_ANCESTORS {
        let Some(parent) = parent_of(process) else { break };
        process = parent;
        for thread in fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
            #[expect(clippy::disallowed_methods, reason = "the kernel writes it")]
            let name = fs::read_to_string(thread.path().join("comm")).unwrap_or_default();
            if name.starts_with(PREFIX) {
                marks.push(name);
            }
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_fits_the_name_of_a_thread_and_tells_commands_and_variables_apart() {
        let marks = [
            mark("helper", &[]),
            mark("helper", &[("X", "p")]),
            mark("helper", &[("X", "q")]),
            mark("other", &[("X", "p")]),
            mark("helper", &[("X", ""), ("p", "")]),
        ];
        for (place, one) in marks.iter().enumerate() {
            assert_eq!(one.len(), 15, "{one}");
            assert!(marks.iter().skip(place + 1).all(|other| other != one), "{one}");
        }
        assert_eq!(mark("helper", &[("X", "p")]), marks[1]);
    }
}
