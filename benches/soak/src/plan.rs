//! What happens to each stream. Both processes read it from the model id: `soak.FAULT.AT.NUMBER`.

use std::time::Duration;

/// The text deltas of a stream without a fault.
pub const DELTAS: usize = 40;
/// The time between two of them.
pub const INTERVAL: Duration = Duration::from_millis(250);
/// How long a stream takes.
pub const ROUND: Duration = INTERVAL.saturating_mul(DELTAS as u32);
/// After this long without a frame the client gives up.
pub const IDLE: Duration = Duration::from_secs(20);
/// One stream in so many has a fault: 5 %.
const ONE_IN: usize = 20;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    None,
    /// The connection is broken off.
    Reset,
    /// The body ends inside a frame.
    Cut,
    /// The body ends before `messageStop`.
    Incomplete,
    /// A bit of a frame is wrong; good ones follow.
    Corrupt,
    /// Nothing more comes.
    Stall,
}

pub const FAULTS: [Fault; 5] = [Fault::Reset, Fault::Cut, Fault::Incomplete, Fault::Corrupt, Fault::Stall];

#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub number: usize,
    pub fault: Fault,
    /// How many deltas come whole.
    pub at: usize,
}

impl Plan {
    /// The plan of the stream `number`.
    pub fn of(number: usize) -> Self {
        let fault =
            if number % ONE_IN == ONE_IN / 2 { FAULTS[number / ONE_IN % FAULTS.len()] } else { Fault::None };
        let at = match fault {
            Fault::None => DELTAS,
            // Anywhere but before the first one: nothing is retried after that.
            _ => 1 + number.wrapping_mul(2_654_435_761) % (DELTAS - 1),
        };
        Self { number, fault, at }
    }

    pub fn model_id(&self) -> String {
        let fault = FAULTS.iter().position(|fault| *fault == self.fault).map_or(0, |position| position + 1);
        format!("soak.{fault}.{}.{}", self.at, self.number)
    }

    pub fn parse(model_id: &str) -> Option<Self> {
        let mut numbers = model_id.strip_prefix("soak.")?.split('.').map(|number| number.parse().ok());
        let fault: usize = numbers.next()??;
        let fault = match fault.checked_sub(1) {
            None => Fault::None,
            Some(position) => *FAULTS.get(position)?,
        };
        Some(Self { fault, at: numbers.next()??, number: numbers.next()?? })
    }

    /// The text of a delta: whose it is, which one, and some words.
    pub fn text(&self, delta: usize) -> String {
        format!("{} {delta} some words of an answer that goes on for a while", self.number)
    }
}
