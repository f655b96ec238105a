//! The runtime of the commands that wait for the network.

use std::pin::pin;

use crate::failure::Failure;
use crate::interrupt;

/// Runs `work` on this thread until it is done, or a signal asks to end: then it is dropped, once a renewal of a token that
/// is under way has reached its file.
pub(crate) fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = interrupt::runtime()
        .map_err(|error| Failure::failed(format!("the runtime cannot be started: {error}")))?;
    let outcome = runtime.block_on(async {
        let mut work = pin!(work);
        let code = tokio::select! {
            biased;
            code = interrupt::asked() => code,
            outcome = work.as_mut() => return outcome,
        };
        interrupt::finish_renewal(work).await;
        Err(Failure::interrupted(code))
    });
    // Work that is still running on the runtime's threads must not delay the exit.
    runtime.shutdown_background();
    outcome
}
