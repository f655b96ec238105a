//! Why a run ends with an exit code other than 0.

use std::{fmt, io};

use bedrill::ErrorKind;

/// An exit code and the words for stderr.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// The service, the network or the stream failed: exit code 1.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// A wrong argument or configuration: exit code 2.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// There are no usable credentials: exit code 3.
    pub(crate) fn no_credentials(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }

    /// Exit code 1 for what was reported already; nothing more is printed.
    pub(crate) fn noted() -> Self {
        Self { code: 1, message: String::new() }
    }

    /// A signal asked to end; nothing is printed.
    pub(crate) fn interrupted(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    /// Stdout cannot be written. A reader that has closed (`| head`) is not a failure.
    pub(crate) fn output(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self { code: 0, message: String::new() },
            _ => Self::failed(format!("stdout cannot be written: {error}")),
        }
    }

    /// The same failure, preceded by its consequence.
    pub(crate) fn because(self, prevented: &str) -> Self {
        Self { message: format!("{prevented}: {}", self.message), ..self }
    }

    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<bedrill::Error> for Failure {
    fn from(error: bedrill::Error) -> Self {
        let code = match error.kind() {
            ErrorKind::Configuration => 2,
            ErrorKind::Credentials => 3,
            _ => 1,
        };
        Self { code, message: error.to_string() }
    }
}
