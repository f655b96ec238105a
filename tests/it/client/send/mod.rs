//! Requests of the program's own: authorized, bounded and repeated like the client's, and answered as they are.

mod answer;
mod authorized;
mod place;

use bedrill::endpoint::Plane;
use bedrill::transport::{Body, TransportError};
use bedrill::{SigningService, sigv4};
use bytes::Bytes;
use http::{Request, Response};

use super::*;
use crate::support::scripted_clock::{Script, Sent, run, wall_clock};

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

fn send(client: &Client, service: &SigningService, uri: &str) -> Result<Response<Body>, Error> {
    run(client.send(service, post(uri)))
}

fn assert_verified(sent: &Sent, service: &str) {
    let date = wall_clock();
    assert_eq!(sigv4::verify(&sent.request, &credentials(), service, date), Ok(()));
}

/// All of the body, and how it ended.
fn read(response: &mut Response<Body>) -> (Vec<u8>, Option<TransportError>) {
    let mut whole = Vec::new();
    loop {
        match run(response.body_mut().chunk()) {
            Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
            Ok(None) => return (whole, None),
            Err(error) => {
                assert!(
                    run(response.body_mut().chunk()).expect("no second error").is_none(),
                    "nothing follows"
                );
                return (whole, Some(error));
            }
        }
    }
}
