//! The causes of an error: accessors and conversions.

use super::{Cause, Error, TimedOut};
use crate::auth::AuthError;
use crate::converse::{AssemblyError, EventError, StreamException};
use crate::endpoint::EndpointError;
use crate::machine::SettingsError;
use crate::model_id::ModelIdError;
use crate::operation::{AnswerError, BuildError, ServiceError};
use crate::transport::{TransportError, TransportErrorKind};

impl Error {
    /// The credentials error of the source, when no usable credentials were found.
    #[must_use]
    pub fn credentials(&self) -> Option<&AuthError> {
        match &self.0.cause {
            Cause::Credentials(error) => Some(error),
            _ => None,
        }
    }

    /// The service's answer, when it was an error status.
    #[must_use]
    pub fn service(&self) -> Option<&ServiceError> {
        match &self.0.cause {
            Cause::Service(error) => Some(error),
            _ => None,
        }
    }

    /// The transport's error, when it failed.
    #[must_use]
    pub fn transport(&self) -> Option<&TransportError> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error),
            _ => None,
        }
    }

    /// Why a successful response does not match the operation.
    #[must_use]
    pub fn answer(&self) -> Option<&AnswerError> {
        match &self.0.cause {
            Cause::Answer(error) => Some(error),
            _ => None,
        }
    }

    /// Why the stream of events ended: a frame or an event that cannot be read, an error the service reported, or a
    /// stream that ended before `messageStop`.
    #[must_use]
    pub fn event(&self) -> Option<&EventError> {
        match &self.0.cause {
            Cause::Event(error) => Some(error),
            _ => None,
        }
    }

    /// Why the events do not form a message.
    #[must_use]
    pub fn assembly(&self) -> Option<&AssemblyError> {
        match &self.0.cause {
            Cause::Assembly(error) => Some(error),
            _ => None,
        }
    }

    /// The region or the endpoint that cannot be used.
    #[must_use]
    pub fn endpoint(&self) -> Option<&EndpointError> {
        let error = self.configuration()?;
        match error.downcast_ref() {
            Some(BuildError::Endpoint(error)) => Some(error),
            _ => error.downcast_ref(),
        }
    }

    /// The setting that cannot be used: [`EndpointError`], [`SettingsError`], [`ModelIdError`], [`BuildError`], or what a
    /// transport reports about its TLS settings.
    #[must_use]
    pub fn configuration(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0.cause {
            Cause::Configuration(error) => Some(&**error),
            _ => None,
        }
    }

    /// The exception that the service reported inside the stream.
    #[must_use]
    pub fn exception(&self) -> Option<&StreamException> {
        match &self.0.cause {
            Cause::Event(EventError::Exception(exception)) => Some(exception),
            _ => None,
        }
    }

    /// Which part of the transport failed.
    #[must_use]
    pub fn transport_kind(&self) -> Option<TransportErrorKind> {
        match &self.0.cause {
            Cause::Transport(error) => Some(error.kind()),
            _ => None,
        }
    }
}

impl From<SettingsError> for Error {
    fn from(error: SettingsError) -> Self {
        Self::of_configuration(error)
    }
}

impl From<AuthError> for Error {
    fn from(error: AuthError) -> Self {
        Self::new(Cause::Credentials(error))
    }
}

impl From<TimedOut> for Error {
    fn from(error: TimedOut) -> Self {
        Self::new(Cause::Timeout(error))
    }
}

impl From<ServiceError> for Error {
    fn from(error: ServiceError) -> Self {
        Self::new(Cause::Service(error))
    }
}

impl From<AnswerError> for Error {
    fn from(error: AnswerError) -> Self {
        Self::new(Cause::Answer(error))
    }
}

impl From<EventError> for Error {
    fn from(error: EventError) -> Self {
        Self::new(Cause::Event(error))
    }
}

impl From<AssemblyError> for Error {
    fn from(error: AssemblyError) -> Self {
        Self::new(Cause::Assembly(error))
    }
}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Self::of_configuration(error)
    }
}

impl From<ModelIdError> for Error {
    fn from(error: ModelIdError) -> Self {
        Self::of_configuration(error)
    }
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        Self::of_configuration(error)
    }
}
