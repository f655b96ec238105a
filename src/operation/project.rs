//! Which models a project can be used with.

use std::fmt;

use crate::base::quote;
use crate::model_id::{ModelId, ModelKind};

/// How much of a project's ID or ARN is quoted, in bytes.
const QUOTED: usize = 200;

/// Refuses a project other than the default one for an application inference profile, as the service would
/// ([Converse](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html),
/// [GetInferenceProfile](https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html)).
pub(crate) fn check_project(model_id: &ModelId, project: Option<&str>) -> Result<(), ProjectError> {
    match project {
        Some(project)
            if model_id.kind() == ModelKind::ApplicationInferenceProfile && !is_default(project) =>
        {
            Err(ProjectError {
                project: quote::quote(project.as_bytes(), QUOTED),
                profile: model_id.as_str().to_owned(),
            })
        }
        _ => Ok(()),
    }
}

/// The default project is named `default`, also in its ARN.
fn is_default(project: &str) -> bool {
    project == "default" || (project.starts_with("arn:") && project.ends_with(":project/default"))
}

/// A project that cannot be used with the model of the request: application inference profiles work in the default
/// project only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectError {
    project: String,
    profile: String,
}

impl fmt::Display for ProjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the project {} cannot be used with {}: an application inference profile works in the default project \
             only; leave the project out, or name a foundation model or a system-defined inference profile",
            self.project, self.profile
        )
    }
}

impl std::error::Error for ProjectError {}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc";

    fn check(model_id: &str, project: Option<&str>) -> Result<(), ProjectError> {
        check_project(&ModelId::parse(model_id).unwrap(), project)
    }

    #[test]
    fn an_application_profile_goes_with_the_default_project_only() {
        for project in [None, Some("default"), Some("arn:aws:bedrock:us-east-1:123456789012:project/default")]
        {
            assert_eq!(check(PROFILE, project), Ok(()), "{project:?}");
        }
        for project in ["p1", "Default", "", "x:project/default", "arn:aws:bedrock:r:1:project/p-default"] {
            assert!(check(PROFILE, Some(project)).is_err(), "{project:?}");
            assert!(check(&format!("bedrock/{PROFILE}"), Some(project)).is_err(), "{project:?}");
        }
        let error = check(PROFILE, Some("a\x1b")).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!(r"the project a\u{{1b}} cannot be used with {PROFILE}: ")),
            "{error}"
        );
    }

    #[test]
    fn every_other_model_goes_with_any_project() {
        for model_id in [
            "amazon.nova-lite-v1:0",
            "us.amazon.nova-lite-v1:0",
            "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.amazon.nova-lite-v1:0",
            "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0",
        ] {
            assert_eq!(check(model_id, Some("p1")), Ok(()), "{model_id}");
        }
    }
}
