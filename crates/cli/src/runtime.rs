//! The runtime of the commands that wait for the network.

use crate::failure::Failure;
use crate::interrupt;

/// Runs `work` on this thread until it is done, or a signal asks to end: then it is dropped.
pub(crate) fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = interrupt::runtime()
        .map_err(|error| Failure::failed(format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            code = interrupt::asked() => Err(Failure::interrupted(code)),
            outcome = work => outcome,
        }
    });
    // Work that is still running on the runtime's threads must not delay the exit.
    runtime.shutdown_background();
    outcome
}
