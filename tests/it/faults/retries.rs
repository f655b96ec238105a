//! What is sent again, and what is not, as the server sees it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bedrill::ErrorKind;
use bedrill::client::StreamEnd;
use bedrill::test_util::events::{start, text};
use bedrill::test_util::responses::response;
use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;

use super::{ask, begin, hello, over_each};

/// Long enough for what was sent to arrive before the reset.
const PAUSE: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_reset_before_the_head_is_sent_again_on_a_new_connection() {
    over_each(async |wire| {
        for first in [
            vec![Step::Reset],
            vec![Step::Close],
            vec![Step::Send(b"HTTP/1.1 200 OK\r\nconte".to_vec()), Step::Sleep(PAUSE), Step::Reset],
        ] {
            let server = Server::start(move |number, _| if number == 0 { first.clone() } else { hello() });
            let (text, end) = ask(&wire.client(&server)).await;
            assert!(end.is_ok(), "{}: {end:?}", wire.name);
            assert_eq!(text, "Hello", "{}", wire.name);
            let requests = server.requests();
            assert_eq!((requests.len(), server.connections()), (2, 2), "{}", wire.name);
            assert!(!requests[0].body().is_empty() && requests[0].body() == requests[1].body());
            let numbers = requests.iter().map(|request| request.headers()["amz-sdk-request"].clone());
            assert_eq!(numbers.collect::<Vec<_>>(), ["attempt=1; max=3", "attempt=2; max=3"]);
        }
    })
    .await;
}

#[tokio::test]
async fn a_reset_before_content_is_sent_again() {
    over_each(async |wire| {
        let part = start()[..20].to_vec();
        for broken in [vec![begin(&[])], vec![begin(&part)], vec![begin(&start())]] {
            for last in [Step::Reset, Step::Close] {
                let steps = [broken.clone(), vec![Step::Sleep(PAUSE), last.clone()]].concat();
                let server = {
                    let steps = steps.clone();
                    Server::start(move |number, _| if number < 2 { steps.clone() } else { hello() })
                };
                let (text, end) = ask(&wire.client(&server)).await;
                assert!(end.is_ok(), "{}: {end:?}", wire.name);
                assert_eq!((text.as_str(), server.requests().len()), ("Hello", 3), "{}", wire.name);

                let server = Server::answering(steps);
                let (text, end) = ask(&wire.client(&server)).await;
                let error = end.expect_err("broken every time");
                assert_eq!((text.as_str(), server.requests().len()), ("", 3), "{}", wire.name);
                assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken), "{}", wire.name);
                assert_eq!((error.stream_end(), error.attempts()), (Some(StreamEnd::Reset), 3));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn after_content_nothing_is_sent_again() {
    over_each(async |wire| {
        let frames = [start(), text("Hel")].concat();
        for last in [Step::Reset, Step::Close] {
            let server = Server::answering([begin(&frames), Step::Sleep(PAUSE), last]);
            let (text, end) = ask(&wire.client(&server)).await;
            let error = end.expect_err("broken");
            assert_eq!((text.as_str(), server.requests().len()), ("Hel", 1), "{}: {error}", wire.name);
            assert_eq!(error.transport_kind(), Some(TransportErrorKind::Broken), "{}", wire.name);
            assert_eq!((error.stream_end(), error.attempts()), (Some(StreamEnd::Reset), 1));
            assert_eq!(error.status().map(u16::from), Some(200));
        }
    })
    .await;
}

#[tokio::test]
async fn statuses_and_codes_decide_what_is_sent_again() {
    over_each(async |wire| {
        for (status, code, requests) in [
            ("429 Too Many Requests", "ThrottlingException", 3),
            ("429 Too Many Requests", "ModelNotReadyException", 3),
            ("429 Too Many Requests", "", 1),
            ("500 Internal Server Error", "InternalServerException", 3),
            ("502 Bad Gateway", "", 3),
            ("503 Service Unavailable", "ServiceUnavailableException", 3),
            ("504 Gateway Timeout", "", 3),
            ("529 Overloaded", "", 1),
            ("400 Bad Request", "ValidationException", 1),
            ("403 Forbidden", "AccessDeniedException", 1),
            ("404 Not Found", "ResourceNotFoundException", 1),
            ("408 Request Timeout", "ModelTimeoutException", 1),
            ("424 Failed Dependency", "ModelErrorException", 1),
        ] {
            let headers = [("x-amzn-errortype", code)];
            let headers = if code.is_empty() { &[][..] } else { &headers[..] };
            let server = Server::sending(response(status, headers, r#"{"message":"said the service"}"#));
            let error = ask(&wire.client(&server)).await.1.expect_err("an error of the service");
            let case = format!("{}: {status} {code}", wire.name);
            assert_eq!(server.requests().len(), requests, "{case}");
            assert_eq!(
                (error.kind(), error.code().unwrap_or_default()),
                (ErrorKind::Service, code),
                "{case}"
            );
            assert_eq!(
                error.status().map(u16::from).map(|number| number.to_string()).as_deref(),
                status.get(..3),
                "{case}"
            );
            assert_eq!((error.attempts() as usize, error.stream_end()), (requests, None), "{case}");
            if code.is_empty() {
                assert!(error.to_string().contains(&status[..3]), "{case}: {error}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_unnoticed() {
    over_each(async |wire| {
        for last in [Step::Close, Step::Reset] {
            let server =
                Server::start(move |_, _| [hello(), vec![Step::Sleep(PAUSE), last.clone()]].concat());
            let client = wire.client(&server);
            for _ in 0..2 {
                let (text, end) = ask(&client).await;
                assert!(end.is_ok(), "{}: {end:?}", wire.name);
                assert_eq!(text, "Hello");
                tokio::time::sleep(4 * PAUSE).await;
            }
            let requests = server.requests();
            assert_eq!((requests.len(), server.connections()), (2, 2), "{}", wire.name);
            assert!(
                requests.iter().all(|request| request.headers()["amz-sdk-request"] == "attempt=1; max=3")
            );
        }
    })
    .await;
}

/// Sun, 22 Nov 2026 12:00:00 GMT.
fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_348_800)
}

fn refusal(headers: &[(&str, &str)]) -> Vec<Step> {
    let headers = [&[("x-amzn-errortype", "InvalidSignatureException")], headers].concat();
    vec![Step::Send(response("403 Forbidden", &headers, "{}"))]
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_once() {
    over_each(async |wire| {
        for (date, age, corrected) in [
            ("Sun, 22 Nov 2026 12:05:00 GMT", false, Some("20261122T120500Z")),
            ("Sun, 22 Nov 2026 11:55:00 GMT", false, Some("20261122T115500Z")),
            ("Sun, 22 Nov 2026 12:04:01 GMT", false, Some("20261122T120401Z")),
            ("Sun, 22 Nov 2026 12:04:00 GMT", false, None),
            ("Sun, 22 Nov 2026 11:56:00 GMT", false, None),
            ("Sun, 22 Nov 2026 12:03:59 GMT", false, None),
            ("Sun, 22 Nov 2026 12:05:00 GMT", true, None),
            ("", false, None),
        ] {
            let headers: Vec<_> = [("date", date), ("age", "1")]
                .into_iter()
                .filter(|(name, value)| !value.is_empty() && (age || *name != "age"))
                .collect();
            let server = {
                let first = refusal(&headers);
                Server::start(move |number, _| if number == 0 { first.clone() } else { hello() })
            };
            let client = wire.builder(server.url()).clock(noon).build().expect("a client");
            let (text, end) = ask(&client).await;
            let dates: Vec<_> =
                server.requests().iter().map(|request| request.headers()["x-amz-date"].clone()).collect();
            let case = format!("{}: {date:?}, {age}", wire.name);
            match corrected {
                Some(corrected) => {
                    assert_eq!((text.as_str(), end.is_ok()), ("Hello", true), "{case}: {end:?}");
                    assert_eq!(dates, ["20261122T120000Z", corrected], "{case}");
                    ask(&client).await.1.expect("an answer");
                    assert_eq!(server.requests()[2].headers()["x-amz-date"], corrected, "{case}: kept");
                }
                None => {
                    assert_eq!(end.expect_err("refused").code(), Some("InvalidSignatureException"), "{case}");
                    assert_eq!(dates, ["20261122T120000Z"], "{case}");
                }
            }

            let server = Server::answering(refusal(&headers));
            let client = wire.builder(server.url()).clock(noon).build().expect("a client");
            let error = ask(&client).await.1.expect_err("refused every time");
            assert_eq!(error.code(), Some("InvalidSignatureException"), "{case}");
            assert_eq!(server.requests().len(), 1 + usize::from(corrected.is_some()), "{case}: no loop");
        }
    })
    .await;
}
