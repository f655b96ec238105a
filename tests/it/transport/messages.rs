//! What goes out and what comes back: requests unchanged, answers whole and undecoded.

use bedrill::test_util::requests::line;
use bedrill::test_util::{Server, Step};
use bytes::Bytes;

use super::{CHUNKED, OK, Settings, drain, over_each, post, send};

#[tokio::test]
async fn the_request_goes_out_as_it_is() {
    over_each(Settings::default(), async |name, transport| {
        let server = Server::playing(vec![vec![Step::ReadRequest, send(OK)]]);
        let path = "/model/arn%3Aaws%3Abedrock%2Fa%252Fb%2F..%2Fc/converse-stream?b=%20&a=+&c";
        let mut request = post(&format!("{}{path}", server.url()));
        request.headers_mut().insert("x-amz-date", "20150830T123600Z".parse().expect("a value"));
        transport.send(request).await.expect(name);

        let seen = server.request();
        assert_eq!(line(&seen), format!("POST {path} HTTP/1.1"), "{name}");
        for (header, value) in [
            ("host", server.authority().as_str()),
            ("content-type", "application/json"),
            ("content-length", "2"),
            ("x-amz-date", "20150830T123600Z"),
        ] {
            let values: Vec<_> = seen.headers().get_all(header).iter().collect();
            assert_eq!(values, [value], "{name}: {header}");
        }
        assert!(!seen.headers().contains_key("accept-encoding"), "{name}: {seen:?}");
        assert_eq!(seen.body(), "{}", "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_path_with_dot_segments_arrives_as_it_is_or_not_at_all() {
    over_each(Settings::default(), async |name, transport| {
        for path in ["/a/../b", "/a/./b", "/a/%2e%2e/b", "/a//b", "/a/{b}"] {
            let server = Server::playing(vec![vec![Step::ReadRequest, send(OK)]]);
            let sent = transport.send(post(&format!("{}{path}", server.url()))).await.is_ok();
            let requests = server.requests();
            assert_eq!(sent, !requests.is_empty(), "{name}: {path}");
            let changed = requests.iter().map(line).find(|line| *line != format!("POST {path} HTTP/1.1"));
            assert_eq!(changed, None, "{name}: {path}");
        }
    })
    .await;
}

#[tokio::test]
async fn every_status_is_a_response_and_no_redirect_is_followed() {
    over_each(Settings::default(), async |name, transport| {
        let elsewhere = Server::playing(vec![vec![Step::ReadRequest, send(OK)]]);
        for status in [200, 301, 302, 303, 307, 308, 403, 429, 500, 503, 529] {
            let head = format!(
                "HTTP/1.1 {status} Any\r\nlocation: {}\r\ncontent-length: 4\r\n\r\nbody",
                elsewhere.url()
            );
            let server = Server::playing(vec![vec![Step::ReadRequest, send(&head)]]);
            let response = transport.send(post(server.url())).await.expect(name);
            assert_eq!(response.status(), status, "{name}");
            assert_eq!(response.into_body().read_at_most(100).await.expect(name), b"body", "{name}");
        }
        assert_eq!(elsewhere.connections(), 0, "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_body_ends_where_its_framing_says() {
    over_each(Settings::default(), async |name, transport| {
        let chunked = format!("{CHUNKED}3\r\nabc\r\n4;extension=1\r\ndefg\r\n0\r\ntrailer: x\r\n\r\n");
        let sized = "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nabcdefg";
        let until_close = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nabcdefg";
        for answer in [chunked.as_str(), sized, until_close] {
            let server = Server::playing(vec![vec![Step::ReadRequest, send(answer)]]);
            let response = transport.send(post(server.url())).await.expect(name);
            let (body, error) = drain(&mut response.into_body()).await;
            assert_eq!((body.as_slice(), error.is_none()), (b"abcdefg".as_slice(), true), "{name}: {answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_is_decompressed() {
    over_each(Settings::default(), async |name, transport| {
        let answer = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x08ab";
        let server = Server::playing(vec![vec![Step::ReadRequest, send(answer)]]);
        let response = transport.send(post(server.url())).await.expect(name);
        assert_eq!(response.headers()["content-encoding"], "gzip", "{name}");
        assert_eq!(drain(&mut response.into_body()).await.0, b"\x1f\x08ab", "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_piece_is_there_before_the_next_is_sent() {
    over_each(Settings::default(), async |name, transport| {
        let script = vec![
            Step::ReadRequest,
            send(CHUNKED),
            Step::WaitForTest,
            send("1\r\na\r\n"),
            Step::WaitForTest,
            send("1\r\nb\r\n"),
            Step::WaitForTest,
            send("0\r\n\r\n"),
        ];
        let server = Server::playing(vec![script]);
        let mut body = transport.send(post(server.url())).await.expect(name).into_body();
        for piece in ["a", "b"] {
            server.go_on();
            assert_eq!(body.chunk().await.expect(name), Some(Bytes::from(piece)), "{name}");
        }
        server.go_on();
        assert_eq!(body.chunk().await.expect(name), None, "{name}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        let many_headers = format!(
            "HTTP/1.1 200 OK\r\n{}\r\n",
            (0..10_000).map(|n| format!("x-{n}: y\r\n")).collect::<String>()
        );
        let long_header = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1_000_000));
        for answer in ["SSH-2.0-OpenSSH_9.9\r\n", "HTTP/1.1 abc\r\n\r\n", &many_headers, &long_header] {
            let server = Server::playing(vec![vec![Step::ReadRequest, send(answer)]]);
            let failed = transport.send(post(server.url())).await;
            assert!(failed.is_err(), "{name}: {answer:.40}");
        }
    })
    .await;
}
