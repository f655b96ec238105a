//! Warnings about a listing.

use std::fmt;

/// Something about a catalog that its reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The inference profiles could not be listed.
    ProfilesLost {
        /// The missing IAM action, if that is the reason.
        missing_action: Option<&'static str>,
        /// How many models cannot be invoked because of it. Application profiles are not even counted.
        models: usize,
        /// The full error.
        error: String,
    },
    /// The profiles could not be listed now; those of an earlier response are used.
    OldProfiles {
        /// When that response was received, RFC 3339.
        since: String,
        /// The full error.
        error: String,
    },
    /// The list of profiles did not end, and was given up: profiles may be missing. Such a list is not stored.
    ProfilesCut {
        /// How many profiles were listed.
        listed: usize,
    },
    /// The service failed, and the whole catalog is from an earlier response.
    Stale {
        /// When that response was received, RFC 3339.
        since: String,
        /// The full error.
        error: String,
    },
    /// A model is in no list, and the service does not say what it is.
    Undescribed {
        /// The id, as it would be sent.
        id: String,
        /// The missing IAM action, if that is the reason.
        missing_action: Option<&'static str>,
        /// The full error.
        error: String,
    },
    /// The stored listing could not be read, and was treated as absent.
    CacheUnreadable {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
    /// The listing could not be stored.
    CacheUnwritable {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ProfilesLost { missing_action, models, error } => {
                match missing_action {
                    Some(action) => write!(f, "the permission {action} is missing")?,
                    None => f.write_str("the inference profiles could not be listed")?,
                }
                write!(
                    f,
                    ", so {models} models that are served only through profiles, and all application profiles, are \
                     left out: {error}"
                )
            }
            Self::OldProfiles { since, error } => write!(
                f,
                "the list of inference profiles is from {since}, because it could not be refreshed: {error}"
            ),
            Self::ProfilesCut { listed } => write!(
                f,
                "the list of inference profiles does not end; it was given up after {listed}, and models and profiles \
                 may be missing"
            ),
            Self::Stale { since, error } => {
                write!(f, "the list of models is from {since}, because it could not be refreshed: {error}")
            }
            Self::Undescribed { id, missing_action: Some(action), error } => {
                write!(f, "the permission {action} is missing, so nothing is known about {id}: {error}")
            }
            Self::Undescribed { id, missing_action: None, error } => {
                write!(f, "nothing is known about {id}: {error}")
            }
            Self::CacheUnreadable { file, problem } => {
                write!(f, "{file} cannot be read and is ignored: {problem}")
            }
            Self::CacheUnwritable { file, problem } => write!(f, "{file} could not be written: {problem}"),
        }
    }
}
