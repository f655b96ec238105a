//! What a listing lacks, said.

use std::fmt;

/// Something about a catalog that its reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The inference profiles could not be listed.
    ProfilesLost {
        /// The IAM action that is missing, when that is why.
        missing_action: Option<&'static str>,
        /// How many models cannot be invoked because of it. Application profiles are not even counted.
        models: usize,
        /// The error, complete.
        error: String,
    },
    /// The profiles could not be listed now and are those of an earlier answer.
    OldProfiles {
        /// When that answer came, RFC 3339.
        since: String,
        /// The error, complete.
        error: String,
    },
    /// The service failed, and the whole catalog is an earlier answer.
    Stale {
        /// When that answer came, RFC 3339.
        since: String,
        /// The error, complete.
        error: String,
    },
    /// A model is in no list, and the service does not tell what it is.
    Undescribed {
        /// The id, as it would be sent.
        id: String,
        /// The IAM action that is missing, when that is why.
        missing_action: Option<&'static str>,
        /// The error, complete.
        error: String,
    },
    /// The stored answer could not be read, and was taken for absent.
    CacheUnreadable {
        /// The file.
        file: String,
        /// Why.
        problem: String,
    },
    /// The answer could not be stored.
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
                    ", so {models} models that are served through profiles only, and all application profiles, are \
                     left out: {error}"
                )
            }
            Self::OldProfiles { since, error } => write!(
                f,
                "the inference profiles are those of {since}, because they could not be listed now: {error}"
            ),
            Self::Stale { since, error } => {
                write!(f, "the models are those of {since}, because they could not be listed now: {error}")
            }
            Self::Undescribed { id, missing_action: Some(action), error } => {
                write!(f, "the permission {action} is missing, so nothing is known of {id}: {error}")
            }
            Self::Undescribed { id, missing_action: None, error } => {
                write!(f, "nothing is known of {id}: {error}")
            }
            Self::CacheUnreadable { file, problem } => {
                write!(f, "{file} cannot be read and counts as absent: {problem}")
            }
            Self::CacheUnwritable { file, problem } => write!(f, "{file} could not be written: {problem}"),
        }
    }
}
