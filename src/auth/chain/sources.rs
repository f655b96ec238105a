//! The standard sources, as the chain asks them.

use crate::auth::source::env::{self, BEARER_SOURCE, BEARER_TOKEN, KEYS_SOURCE};
use crate::auth::source::imds::{self, Imds};
use crate::auth::source::{container, profile, web_identity};
use crate::auth::{Answer, AuthError, Context, Presence, Source};
use crate::base::time;
use crate::endpoint::Region;
use crate::machine::ProfileFiles;
use crate::transport::BoxFuture;

pub(super) struct BearerSource;

impl Source for BearerSource {
    fn name(&self) -> &str {
        BEARER_SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(async move {
            let found = match env::bearer_token(context.machine())? {
                Answer::Found(found) => found,
                other => return Ok(other),
            };
            let end = found.auth().short_term_key().map(|key| key.expiration());
            Ok(Answer::Found(match end.filter(|end| *end <= context.now()) {
                Some(end) => found.with_warning(format!(
                    "the short-term API key in {BEARER_TOKEN} expired at {}; make a new one, or remove it",
                    time::rfc3339(end)
                )),
                None => found,
            }))
        })
    }

    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        context.machine().setting(BEARER_TOKEN).map(|_| Presence::Bearer(BEARER_TOKEN.to_owned()))
    }
}

pub(super) struct EnvironmentSource;

impl Source for EnvironmentSource {
    fn name(&self) -> &str {
        KEYS_SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(async move { env::access_keys(context.machine()) })
    }

    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        env::access_key_variable(context.machine()).map(|variable| Presence::Iam(variable.to_owned()))
    }
}

pub(super) struct ProfileSource {
    pub(super) profile: Option<String>,
}

impl Source for ProfileSource {
    fn name(&self) -> &str {
        profile::SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(async move {
            let files = ProfileFiles::load_unless_named(context.machine(), self.profile.as_deref())?;
            if let Some(problem) = files.problem() {
                return Err(AuthError::unread(problem.clone()));
            }
            profile::load(context, &files).await
        })
    }

    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        let files = ProfileFiles::load(context.machine(), self.profile.as_deref()).ok()?;
        files.credentials_place().map(Presence::Iam)
    }
}

pub(super) struct WebIdentitySource {
    pub(super) profile: Option<String>,
}

impl Source for WebIdentitySource {
    fn name(&self) -> &str {
        web_identity::SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(web_identity::load(context, self.profile.as_deref()))
    }

    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        let variable = web_identity::TOKEN_FILE;
        context.machine().setting(variable).map(|_| Presence::Iam(variable.to_owned()))
    }
}

pub(super) struct ContainerSource;

impl Source for ContainerSource {
    fn name(&self) -> &str {
        container::SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(container::load(context))
    }

    fn presence(&self, context: Context<'_>) -> Option<Presence> {
        let mut variables = [container::RELATIVE_URI, container::FULL_URI].into_iter();
        let variable = variables.find(|variable| context.machine().setting(variable).is_some())?;
        Some(Presence::Iam(variable.to_owned()))
    }
}

pub(super) struct ImdsSource {
    pub(super) imds: Imds,
    pub(super) profile: Option<String>,
}

impl Source for ImdsSource {
    fn name(&self) -> &str {
        imds::SOURCE
    }

    fn load<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        Box::pin(async move {
            let files = ProfileFiles::load_unless_named(context.machine(), self.profile.as_deref())?;
            self.imds.load(context, &files).await
        })
    }

    fn region<'a>(&'a self, context: Context<'a>) -> BoxFuture<'a, Option<Region>> {
        Box::pin(async move {
            let files = ProfileFiles::load_unless_named(context.machine(), self.profile.as_deref()).ok()?;
            self.imds.region(context, &files).await
        })
    }
}
