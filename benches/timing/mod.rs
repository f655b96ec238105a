//! Times candidates against each other: in turn, round after round, so that a busy moment meets all of them. The best
//! round of each counts, because nothing but the machine makes the same code slower.
//!
//! Not criterion: the figures here are ratios between candidates of one run, and that is what its table cannot show.

#![allow(clippy::print_stdout)] // a benchmark prints its table
#![allow(unreachable_pub)] // each benchmark includes this file and exports nothing

use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 25;
/// How long one candidate runs in one round, about.
const SLICE: Duration = Duration::from_millis(20);
/// How many inputs lie ready at once: few enough for the caches, enough to read the clock seldom.
const BATCH: u32 = 64;

/// Something to time: a name, and a function that returns how long a number of runs takes.
pub struct Candidate<'a> {
    name: &'a str,
    run: Box<dyn FnMut(u32) -> Duration + 'a>,
}

impl<'a> Candidate<'a> {
    pub fn new(name: &'a str, mut run: impl FnMut() + 'a) -> Self {
        Self::with_inputs(name, || (), move |()| run())
    }

    /// Every run changes an input of its own. To make the inputs and to drop them is not timed.
    pub fn with_inputs<T>(
        name: &'a str,
        make: impl Fn() -> T + 'a,
        mut run: impl FnMut(&mut T) + 'a,
    ) -> Self {
        let timed = move |repetitions: u32| {
            let mut total = Duration::ZERO;
            let mut left = repetitions;
            while left > 0 {
                let mut inputs: Vec<T> = (0..left.min(BATCH)).map(|_| make()).collect();
                let start = Instant::now();
                inputs.iter_mut().for_each(&mut run);
                total += start.elapsed();
                black_box(inputs);
                left = left.saturating_sub(BATCH);
            }
            total
        };
        Self { name, run: Box::new(timed) }
    }

    fn time(&mut self, repetitions: u32) -> Duration {
        (self.run)(repetitions) / repetitions
    }
}

/// How much work one run is, for the columns that tell a rate.
pub struct Work {
    pub items: usize,
    pub bytes: usize,
}

/// Times all candidates and prints a table; each is compared with the first.
pub fn compare(title: &str, work: &Work, mut candidates: Vec<Candidate<'_>>) {
    // `cargo test --benches` runs everything once, to see that it runs.
    let (rounds, slice) = if std::env::args().any(|argument| argument == "--bench") {
        (ROUNDS, SLICE)
    } else {
        (1, Duration::ZERO)
    };
    let repetitions: Vec<u32> = candidates
        .iter_mut()
        .map(|candidate| {
            let once = candidate.time(1).as_nanos().max(1);
            u32::try_from(slice.as_nanos() / once).unwrap_or(u32::MAX).max(1)
        })
        .collect();
    let mut best = vec![Duration::MAX; candidates.len()];
    for _ in 0..rounds {
        for ((candidate, best), repetitions) in candidates.iter_mut().zip(&mut best).zip(&repetitions) {
            *best = (*best).min(candidate.time(*repetitions));
        }
    }
    println!("\n{title}");
    println!("{:<44} {:>12} {:>14} {:>10} {:>7}", "", "time", "items/s", "MB/s", "ratio");
    for (candidate, time) in candidates.iter().zip(&best) {
        let seconds = time.as_secs_f64();
        println!(
            "{:<44} {:>12} {:>14.0} {:>10.0} {:>7.2}",
            candidate.name,
            format!("{time:.2?}"),
            work.items as f64 / seconds,
            work.bytes as f64 / seconds / 1e6,
            best[0].as_secs_f64() / seconds,
        );
    }
}
