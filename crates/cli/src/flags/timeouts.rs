//! The flags that limit how long a command waits.

use std::time::Duration;

use bedrill::client::Timeouts;
use clap::Args;

/// How long to wait, in seconds; 0 means forever.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Timeouts, in seconds; 0 means no limit")]
pub(crate) struct TimeoutFlags {
    /// Time to connect [default: 3.1]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    connect_timeout: Option<Duration>,
    /// Time until the response begins [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    first_byte_timeout: Option<Duration>,
    /// Time without any data [default: 300]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    idle_timeout: Option<Duration>,
    /// Time for the whole answer, including retries [default: 0]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    total_timeout: Option<Duration>,
}

impl TimeoutFlags {
    /// The limits: the library's defaults, except where a flag is given.
    pub(crate) fn limits(&self) -> Timeouts {
        let mut limits = Timeouts::new();
        if let Some(limit) = self.connect_timeout {
            limits = limits.with_connect(limit);
        }
        if let Some(limit) = self.first_byte_timeout {
            limits = limits.with_first_byte(limit);
        }
        if let Some(limit) = self.idle_timeout {
            limits = limits.with_idle(limit);
        }
        if let Some(limit) = self.total_timeout {
            limits = limits.with_total(limit);
        }
        limits
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    Duration::try_from_secs_f64(number)
        .map_err(|_| "not a number of seconds; it must be 0 or more".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        timeouts: TimeoutFlags,
    }

    fn limits(flags: &[&str]) -> Option<Timeouts> {
        let line = ["bedrill"].iter().chain(flags);
        Line::try_parse_from(line).ok().map(|line| line.timeouts.limits())
    }

    #[test]
    fn flags_override_the_defaults_and_0_means_no_limit() {
        assert_eq!(limits(&[]), Some(Timeouts::new()));
        let flags =
            ["--connect-timeout=0.5", "--first-byte-timeout=3600", "--idle-timeout=0", "--total-timeout=9"];
        let expected = Timeouts::new()
            .with_connect(Duration::from_millis(500))
            .with_first_byte(Duration::from_secs(3_600))
            .with_idle(None)
            .with_total(Duration::from_secs(9));
        assert_eq!(limits(&flags), Some(expected));
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in ["-1", "nan", "inf", "1e30", "5s", ""] {
            assert_eq!(limits(&[&format!("--idle-timeout={text}")]), None, "{text}");
        }
    }
}
