//! The helper programs that lead to this process, as Linux lists them: for when the variable that tells them was
//! cleared on the way (`env -i`, `sudo`).
//!
//! The thread that watches a helper has a name that says whose helper it is, and any process may read the names of its
//! ancestors' threads.

use std::fs;
use std::io;

use sha2::{Digest as _, Sha256};

use super::MAX_NESTED_PROCESSES;
use crate::base::hex;
use crate::machine::tree::parent_in_stat;

const PREFIX: &str = "cred-";

/// More ancestors than this are not looked at.
const MAX_ANCESTORS: usize = 256;

/// The name of the thread that runs `command` with these variables: the 15 bytes that Linux allows. It tells neither.
pub(super) fn mark(command: &str, variables: &[(&str, &str)]) -> String {
    let mut digest = Sha256::new().chain_update(command);
    for (name, value) in variables {
        digest = digest.chain_update([0]).chain_update(name).chain_update([0]).chain_update(value);
    }
    let mut mark = PREFIX.to_owned();
    mark.push_str(hex::encode(&digest.finalize()).get(..10).unwrap_or_default());
    mark
}

/// Refuses what an ancestor is already running, as `mark` tells, and what would run inside too many others.
///
/// # Errors
///
/// [`io::ErrorKind::Deadlock`].
pub(super) fn check(mark: Option<&str>) -> io::Result<()> {
    let refusal = |text| Err(io::Error::new(io::ErrorKind::Deadlock, text));
    let marks = marks();
    if let Some((id, _)) = marks.iter().find(|(_, of_ancestor)| Some(of_ancestor.as_str()) == mark) {
        return refusal(format!(
            "process {id} already runs it for the same profile, and led to this one, which is a loop"
        ));
    }
    if marks.len() >= MAX_NESTED_PROCESSES {
        return refusal(format!(
            "more than {MAX_NESTED_PROCESSES} such programs would run inside each other"
        ));
    }
    Ok(())
}

/// The marks of all ancestors, with their processes.
fn marks() -> Vec<(u32, String)> {
    let parent = |id: u32| parent_in_stat(&fs::read(format!("/proc/{id}/stat")).ok()?).filter(|id| *id > 0);
    let ancestors = std::iter::successors(parent(std::process::id()), |id| parent(*id)).take(MAX_ANCESTORS);
    let marks_of = |id: u32| {
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let names = threads.filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
        names
            .map(|name| name.trim_end().to_owned())
            .filter(|name| name.starts_with(PREFIX))
            .map(move |mark| (id, mark))
            .collect::<Vec<_>>()
    };
    ancestors.flat_map(marks_of).collect()
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
