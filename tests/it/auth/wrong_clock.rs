//! A machine whose clock is wrong, asking STS, which refuses the dates that it signs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::auth::{Auth, Context, sts};
use bedrill::credentials::Credentials;
use bedrill::transport::{Body, BoxFuture, Transport, TransportError};
use bytes::Bytes;
use http::{Request, Response};

use super::host;

/// Sun, 22 Nov 2026 12:00:00 GMT, which is what STS's clock shows.
const NOON: u64 = 1_795_348_800;
const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn>\
                        <Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
const REFUSED: &str = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: it is not the \
                       time</Message></Error></ErrorResponse>";

/// Accepts only what was signed at noon.
#[derive(Default)]
struct Sts(AtomicUsize);

impl Transport for Sts {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let in_time = request.headers()["x-amz-date"].to_str().expect("text").starts_with("20261122T1200");
        let (status, body) = if in_time { (200, IDENTITY) } else { (403, REFUSED) };
        let mut response = Response::new(Body::from(Bytes::from(body)));
        *response.status_mut() = http::StatusCode::from_u16(status).expect("a status");
        let date = http::HeaderValue::from_static("Sun, 22 Nov 2026 12:00:00 GMT");
        response.headers_mut().insert(http::header::DATE, date);
        Box::pin(std::future::ready(Ok(response)))
    }

    fn sleep(&self, _: Duration) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_for_sts_too_and_does_not_look_like_a_wrong_key() {
    for (off, requests) in [(0_i64, 1), (-900, 2), (900, 2), (-86_400 * 400, 2), (-200, 1)] {
        let (machine, sts) = (host().with_var("AWS_REGION", "eu-central-1"), Arc::new(Sts::default()));
        let shown = NOON.checked_add_signed(off).expect("in range");
        let clock = move || -> SystemTime { UNIX_EPOCH + Duration::from_secs(shown) };
        let context = Context::new(&machine).with_transport(&*sts).with_clock(&clock);
        let auth = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "canary"));
        let identity = sts::caller_identity(context, &auth, None).await;
        let asked = sts.0.load(Ordering::SeqCst);
        match identity {
            // Three minutes are less than what is corrected, and more than this test's STS takes.
            Err(error) if off == -200 => assert!(error.to_string().contains("clock"), "{error}"),
            identity => assert_eq!(identity.expect("an identity").account(), "123456789012", "{off}"),
        }
        assert_eq!(asked, requests, "{off}");
    }
}
