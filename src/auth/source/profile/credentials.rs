//! How the selected profile leads to credentials, and the errors when it does not.

#[cfg(feature = "client")]
use std::time::Duration;

use super::chain::SSO_SETTINGS;
use super::{BaseKind, ChainError, ChainProblem, Role, RoleChain, SOURCE, keys, resolve_chain};
use crate::auth::{Answer, AuthError};
use crate::base::quote::Cut;
use crate::machine::{ProfileFiles, SelectedBy, setting};
use crate::profile::Section;

/// How many profile names an error lists.
const LISTED: usize = 20;

/// The settings of SSO in a profile that has keys of its own: `aws configure sso` leaves some behind when it is interrupted.
fn sso_leftovers(profile: &Section) -> Option<String> {
    let has = |name: &&str| setting(profile, name).is_some();
    let left: Vec<_> = SSO_SETTINGS.into_iter().filter(has).collect();
    keys::check(profile).is_ok().then(|| left.join(" and "))
}

impl ProfileFiles {
    /// Returns how the selected profile leads to credentials, or the reason why another source should provide them.
    ///
    /// A missing `default` or a profile without credentials counts as absent: the next source is asked. When the caller
    /// named the profile, both are errors, so that no other identity silently takes its place.
    ///
    /// # Errors
    ///
    /// When a profile that was named does not exist, or one does not lead to credentials.
    pub(super) fn chain(&self) -> Result<Result<RoleChain<'_>, String>, AuthError> {
        let Some(selected) = self.selected() else {
            return self.absent().map(Err);
        };
        match resolve_chain(self.set(), self.selected_name()) {
            Ok(chain) => Ok(Ok(chain)),
            Err(error)
                if error.problem() == &ChainProblem::NoCredentials && error.profile() == selected.name() =>
            {
                let name = selected.name();
                let mut problem = format!("profile {name} has no credentials in {}", self.files());
                if let Some(origin) = selected.shell_line() {
                    problem.push_str(&format!(
                        "; {} begins with `export`, which belongs in a shell: write aws_access_key_id = ... instead",
                        self.place(origin)
                    ));
                }
                if self.selected_by() != SelectedBy::Caller {
                    return Ok(Err(problem));
                }
                Err(AuthError::new(SOURCE, problem).with_hint(format!(
                    "run `aws configure --profile {name}`, or name no profile to use another source"
                )))
            }
            Err(error) => Err(self.broken(&error)),
        }
    }

    /// Returns the selected profile's static keys. The other kinds need a `Chain`, because they take a request or a
    /// process.
    ///
    /// # Errors
    ///
    /// When a profile that was named does not exist, one does not lead to credentials, or it is of another kind.
    pub fn credentials(&self) -> Result<Answer, AuthError> {
        let chain = match self.chain()? {
            Ok(chain) => chain,
            Err(why) => return Ok(Answer::NotHere(why)),
        };
        let base = chain.base();
        if base.kind() == BaseKind::Keys && chain.roles().is_empty() {
            return keys::credentials(self, base.profile()).map(Answer::Found);
        }
        let origin = chain.roles().last().map_or_else(|| base.origin(), Role::origin);
        let problem =
            format!("{}: profile {} has more than static keys", self.place(origin), self.selected_name());
        Err(AuthError::new(SOURCE, problem).with_hint("use a Chain, which can send requests"))
    }

    /// Returns where the selected profile configures credentials of any kind, complete or not.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn credentials_place(&self) -> Option<String> {
        let profile = self.selected()?;
        let origin = match (resolve_chain(self.set(), self.selected_name()), Role::of(profile)) {
            (_, Some(role)) => role.origin(),
            (Ok(chain), None) => chain.base().origin(),
            (Err(error), None) => error.origin()?,
        };
        Some(self.origin_text(profile, origin))
    }

    /// Describes a chain that cannot be followed, with its place and what to do.
    fn broken(&self, error: &ChainError) -> AuthError {
        let place = error.origin().map_or_else(|| self.files(), |origin| self.place(origin));
        let name = error.profile();
        let hint = match error.problem() {
            ChainProblem::AbsentSource(_) | ChainProblem::Absent => self.existing(),
            ChainProblem::HalfKey(_) => format!("run `aws configure --profile {name}` to set both"),
            ChainProblem::NoSource => format!(
                "add source_profile, or credential_source = Environment, Ec2InstanceMetadata or EcsContainer, to \
                 profile {name}"
            ),
            ChainProblem::NoCredentials => {
                format!("run `aws configure --profile {name}`, or name another source_profile")
            }
            ChainProblem::NoRole => "add role_arn beside it".to_owned(),
            ChainProblem::NoSsoSetting(_) | ChainProblem::AbsentSsoSession(_) => {
                match self.set().profile(name).and_then(sso_leftovers) {
                    Some(left) => format!(
                        "the AWS CLI uses the keys of this profile all the same; remove {left} from it, or run `aws \
                         configure sso --profile {name}`"
                    ),
                    None => format!("run `aws configure sso --profile {name}`"),
                }
            }
            ChainProblem::MisplacedSsoSetting(setting) => format!(
                "the AWS CLI accepts it in both places when they agree; remove {setting} from profile {name}"
            ),
            _ => String::new(),
        };
        AuthError::new(SOURCE, format!("{place}: {error}")).with_hint(hint)
    }

    fn absent(&self) -> Result<String, AuthError> {
        let name = self.selected_name();
        let by = match self.selected_by() {
            SelectedBy::Caller => " (asked for by name)".to_owned(),
            SelectedBy::Variable(variable) => format!(" (named by {variable})"),
            SelectedBy::Default => String::new(),
        };
        let problem = format!("there is no profile {}{by} in {}", Cut(name), self.files());
        // `AWS_PROFILE=default` is set on machines without any file, as a hint at their role.
        if name == "default" && self.selected_by() != SelectedBy::Caller {
            return Ok(problem);
        }
        let mut hint = self.existing();
        let is_namesake = |header: &str| {
            let behind = header.split_once([' ', '\t']).map_or(header, |(_, behind)| behind.trim());
            [header, behind].iter().any(|written| written.trim_matches(['"', '\'']) == name)
                || header.split([' ', '\t']).next_back() == Some(name)
        };
        if let Some(ignored) = self.set().ignored().find(|ignored| is_namesake(ignored.header())) {
            let place = self.place(ignored.origin());
            hint.push_str(&format!(
                "; [{}] at {place} has no effect: {}",
                ignored.header(),
                ignored.reason()
            ));
        }
        Err(AuthError::new(SOURCE, problem).with_hint(hint))
    }

    /// Returns how long a role's credentials should last.
    #[cfg(feature = "client")]
    pub(in crate::auth) fn role_duration(&self, profile: &Section) -> Result<Option<Duration>, AuthError> {
        let Some(setting) = setting(profile, "duration_seconds") else { return Ok(None) };
        let seconds = setting.value().parse().ok().filter(|seconds| (900..=43_200).contains(seconds));
        seconds.map(Duration::from_secs).map(Some).ok_or_else(|| {
            let place = self.place(setting.origin());
            AuthError::new(SOURCE, format!("{place}: duration_seconds is not a number from 900 to 43200"))
        })
    }

    /// Returns the names of the profiles that exist.
    fn existing(&self) -> String {
        match self.set().profiles().count() {
            0 => "no profile exists there".to_owned(),
            count => {
                let names: Vec<_> = self.set().profiles().map(Section::name).take(LISTED).collect();
                let rest = if count > LISTED { ", ..." } else { "" };
                format!("profiles that exist: {}{rest}", names.join(", "))
            }
        }
    }
}
