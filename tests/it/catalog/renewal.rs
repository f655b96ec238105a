//! A stored list belongs to whom the credentials belong to, not to one set of them.

use std::sync::Arc;

use bedrill::Client;
use bedrill::auth::{Answer, Auth, AuthError, Chain, Context, Found, Source};
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::transport::BoxFuture;

use super::discovery::{answers, cache, plain};
use crate::support::replies::DiskMachine;
use crate::support::service::Service;

/// Credentials of `principal` with a key that is new each time, as a role's and those of SSO are.
struct Renewing {
    key: &'static str,
    principal: Option<&'static str>,
}

impl Source for Renewing {
    fn name(&self) -> &str {
        "renewing"
    }

    fn load<'a>(&'a self, _: Context<'a>) -> BoxFuture<'a, Result<Answer, AuthError>> {
        let found = Found::new(Auth::SigV4(Credentials::new(self.key, "secret")), "here");
        let found = match self.principal {
            Some(principal) => found.with_principal(principal),
            None => found,
        };
        Box::pin(std::future::ready(Ok(found.into())))
    }
}

#[tokio::test]
async fn a_role_finds_its_list_again_with_renewed_credentials_and_another_role_does_not() {
    let (service, cache) = (Service::new(answers), cache());
    let mut listed = Vec::new();
    for (key, principal) in [
        ("ASIAFIRST", Some("role/a")),
        ("ASIASECOND", Some("role/a")),
        ("ASIATHIRD", Some("role/b")),
        ("ASIATHIRD", None),
        ("ASIAFOURTH", None),
        ("ASIAFOURTH", None),
    ] {
        let mut chain = Chain::builder().no_bearer().no_environment().no_profile().no_web_identity();
        chain = chain.no_container().no_imds().source(Box::new(Renewing { key, principal }));
        let machine = StaticMachine::new().with_var("XDG_CACHE_HOME", cache.path().to_str().unwrap());
        let client = Client::builder().region("us-east-1").machine(Arc::new(DiskMachine(machine)));
        let client = client.chain(chain.build()).transport(Arc::new(service.clone())).build().unwrap();
        client.models(&plain()).await.unwrap();
        listed.push(service.count("/foundation-models"));
    }
    assert_eq!(listed, [1, 1, 2, 3, 4, 4]);
}
