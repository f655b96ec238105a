//! What is wrong with a configuration.

use std::fmt;

use super::Position;

/// How bad a [`Problem`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// The rest can be used, but this does not do what its author expects.
    Warning,
    /// The value, or the whole file, cannot be used.
    Error,
}

/// Something wrong at one place in a configuration.
///
/// `Display` writes `3:14: warning: models.bedrockDiscovery.regoin: unknown key; did you mean "region"?`. After a file
/// name and a colon, editors and terminals can jump to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub(super) severity: Severity,
    pub(super) position: Position,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) nearest: Option<&'static str>,
}

impl Problem {
    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// Where it is: at the key if that is unknown, at the value if that is wrong.
    #[must_use]
    pub fn position(&self) -> Position {
        self.position
    }

    /// The path of the key, such as `models.providers."amazon-bedrock".models[0].id`; empty when the text is not JSON5.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong, without path and position.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// For an unknown key, the known key most similar to it.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{}: {severity}: ", self.position)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// A configuration that cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// At least one of them is an error.
    problems: Vec<Problem>,
}

impl ConfigError {
    /// `None` when there are only warnings.
    pub(super) fn new(problems: Vec<Problem>) -> Option<Self> {
        let error = Self { problems };
        let fatal = error.errors().next().is_some();
        fatal.then_some(error)
    }

    /// Everything that is wrong, warnings too, in the order of the text.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn errors(&self) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(|problem| problem.severity == Severity::Error)
    }
}

/// One line for each error.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for problem in self.errors() {
            write!(f, "{separator}{problem}")?;
            separator = "\n";
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
