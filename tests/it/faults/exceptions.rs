//! What the service reports inside a stream, before its first content and after it.

use bedrill::ErrorKind;
use bedrill::client::StreamEnd;
use bedrill::test_util::events::{exception, frame, start, text};
use bedrill::test_util::{Server, Step};

use super::{ask, begin, hello, over_each};

fn failure(exception_type: &str) -> Vec<u8> {
    exception(exception_type, r#"{"message":"said the service"}"#)
}

fn error(code: &str) -> Vec<u8> {
    let headers = [(":error-code", code), (":error-message", "said the service"), (":message-type", "error")];
    frame(&headers, "")
}

/// What ends the stream, the code that the error then has, and whether it is sent again before content.
fn ends() -> Vec<(Vec<u8>, &'static str, bool)> {
    vec![
        (failure("throttlingException"), "ThrottlingException", true),
        (failure("ThrottlingException"), "ThrottlingException", true),
        (failure("serviceUnavailableException"), "ServiceUnavailableException", true),
        (failure("internalServerException"), "InternalServerException", true),
        (failure("modelStreamErrorException"), "ModelStreamErrorException", false),
        (failure("validationException"), "ValidationException", false),
        (failure("somethingNewException"), "somethingNewException", false),
        (error("ThrottlingException"), "ThrottlingException", true),
        (error("BadThing"), "BadThing", false),
    ]
}

#[tokio::test]
async fn before_content_what_may_pass_is_sent_again() {
    over_each(async |wire| {
        for (end_frame, code, again) in ends() {
            for before in [Vec::new(), start()] {
                let came = u64::from(!before.is_empty());
                let failing = vec![begin(&[before, end_frame.clone()].concat()), Step::Hang];
                let server = {
                    let failing = failing.clone();
                    Server::start(move |number, _| if number == 0 { failing.clone() } else { hello() })
                };
                let (text, end) = ask(&wire.client(&server)).await;
                let case = format!("{}: {code} after {came} events", wire.name);
                assert_eq!(server.requests().len(), if again { 2 } else { 1 }, "{case}");
                assert_eq!((text.as_str(), end.is_ok()), (if again { "Hello" } else { "" }, again), "{case}");

                let server = Server::answering(failing);
                let (text, end) = ask(&wire.client(&server)).await;
                let error = end.expect_err("it fails every time");
                assert_eq!((error.kind(), error.code()), (ErrorKind::Exception, Some(code)), "{case}");
                assert_eq!(error.stream_end(), Some(StreamEnd::Exception), "{case}");
                assert_eq!(error.message(), Some("said the service"), "{case}");
                let requests = if again { 3 } else { 1 };
                assert_eq!(
                    (server.requests().len(), error.attempts()),
                    (requests, requests as u32),
                    "{case}"
                );
                assert_eq!((text.as_str(), error.events_delivered()), ("", came), "{case}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn after_content_the_text_stays_and_nothing_is_sent_again() {
    over_each(async |wire| {
        for (end_frame, code, again) in ends() {
            let frames = [start(), text("Hel"), end_frame, text("lo")].concat();
            let server = Server::answering([begin(&frames), Step::Hang]);
            let (text, end) = ask(&wire.client(&server)).await;
            let error = end.expect_err("an exception");
            let case = format!("{}: {code}", wire.name);
            assert_eq!((text.as_str(), server.requests().len()), ("Hel", 1), "{case}");
            assert_eq!((error.kind(), error.code()), (ErrorKind::Exception, Some(code)), "{case}");
            assert_eq!(error.stream_end(), Some(StreamEnd::Exception), "{case}");
            assert_eq!((error.events_delivered(), error.status().map(u16::from)), (2, Some(200)), "{case}");
            assert_eq!(error.is_retryable(), again, "{case}: the caller may decide to");
        }
    })
    .await;
}
