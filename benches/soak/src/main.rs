//! `soak [SECONDS] [STREAMS]`: see `../run`. `soak serve` is the other process.

mod load;
mod plan;
mod process;
mod server;

use std::error::Error;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use load::Load;
use process::{MIB, Process};

const SECONDS: u64 = 600;
const STREAMS: usize = 1_000;

/// What the process may hold in memory at its height, in bytes.
const PEAK: u64 = 40 * MIB;
/// By how much it may grow after the warm-up, in bytes.
const GROWTH: u64 = 4 * MIB;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => {
            runtime.block_on(server::serve())?;
            Ok(ExitCode::SUCCESS)
        }
        seconds => {
            let seconds = seconds.map_or(Ok(SECONDS), str::parse)?;
            let streams = arguments.get(1).map_or(Ok(STREAMS), |streams| streams.parse())?;
            let (mut server, url) = start_server()?;
            let outcome = runtime.block_on(soak(&url, Duration::from_secs(seconds), streams));
            server.kill()?;
            server.wait()?;
            Ok(if outcome? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}

/// The server in a process of its own, and where it listens.
fn start_server() -> Result<(Child, String), Box<dyn Error>> {
    let mut server = Command::new(std::env::current_exe()?).arg("serve").stdout(Stdio::piped()).spawn()?;
    let mut port = String::new();
    // The pipe closes here; the server says nothing more.
    BufReader::new(server.stdout.take().ok_or("no pipe")?).read_line(&mut port)?;
    Ok((server, format!("http://127.0.0.1:{}", port.trim())))
}

/// Whether all bounds held; the figures are printed.
async fn soak(url: &str, duration: Duration, streams: usize) -> Result<bool, Box<dyn Error>> {
    let before = Process::look()?;
    let load = Load::start(url, duration, streams)?;

    // Half of the streams of the first round have ended and been followed by others.
    tokio::time::sleep(plan::ROUND.mul_f64(1.5).min(duration / 2)).await;
    let warm = Process::look()?;
    let mut most = warm.resident;
    while !load.is_over() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        most = most.max(Process::look()?.resident);
    }
    let tally = load.end().await;

    // The connections of the pool close on their own tasks.
    let mut after = Process::look()?;
    for _ in 0..50 {
        if after.descriptors == before.descriptors {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        after = Process::look()?;
    }
    let growth = most.saturating_sub(warm.resident);
    println!(
        "{} s, {streams} streams at once: {tally}; peak memory {}, growth after warm-up {}; file descriptors {} before, \
         {} after",
        duration.as_secs(),
        process::mib(after.peak),
        process::mib(growth),
        before.descriptors,
        after.descriptors,
    );
    let mut held = true;
    for (what, bound) in [
        ("events were lost, or streams did not end as they should", tally.is_clean()),
        ("the streams were never all open at once", tally.most_at_once == streams),
        ("memory exceeds 40 MiB", after.peak <= PEAK),
        ("memory grew by more than 4 MiB", growth <= GROWTH),
        ("file descriptors are left", after.descriptors == before.descriptors),
    ] {
        if !bound {
            eprintln!("soak: {what}");
            held = false;
        }
    }
    Ok(held)
}
