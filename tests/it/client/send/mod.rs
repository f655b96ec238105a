//! The program's own requests: authorized, limited and retried like the client's, and answered unchanged.

mod answer;
mod authorized;
mod place;

use std::time::SystemTime;

use bedrill::client::SigningService;
use bedrill::endpoint::Plane;
use bedrill::sigv4::{self, SigningOptions};
use bedrill::transport::{Body, TransportError};
use bytes::Bytes;
use http::{Request, Response};

use super::*;
use crate::support::scripted_clock::{NOON, Script, Sent};

const SECOND: Duration = Duration::from_secs(1);
const INVOKE: &str = "/model/amazon.titan-embed-text-v2%3A0/invoke";

fn runtime() -> SigningService {
    SigningService::bedrock(Plane::Data)
}

fn post(uri: &str) -> Request<Bytes> {
    Request::post(uri).header("content-type", "application/json").body("{}".into()).expect("a request")
}

fn client(script: &Script) -> Client {
    script.client().auth(Auth::SigV4(credentials())).region("us-east-1").build().expect("a client")
}

fn bearer(script: &Script) -> Client {
    script.client().auth(Auth::Bearer("token-canary".into())).region("us-east-1").build().expect("a client")
}

fn send(
    script: &Script,
    client: &Client,
    service: &SigningService,
    uri: &str,
) -> Result<Response<Body>, Error> {
    script.run(client.send(service, post(uri)))
}

/// When `sent` was sent, in wall-clock time.
fn date(sent: &Sent) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(NOON) + sent.at
}

fn assert_verified(sent: &Sent, service: &str) {
    let date = date(sent);
    assert_eq!(sigv4::verify(&sent.request, &credentials(), service, date), Ok(()));
}

/// All of the body, and how it ended.
fn read(script: &Script, response: &mut Response<Body>) -> (Vec<u8>, Option<TransportError>) {
    let mut whole = Vec::new();
    loop {
        match script.run(response.body_mut().chunk()) {
            Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
            Ok(None) => return (whole, None),
            Err(error) => {
                assert!(
                    script.run(response.body_mut().chunk()).expect("no second error").is_none(),
                    "nothing follows"
                );
                return (whole, Some(error));
            }
        }
    }
}
