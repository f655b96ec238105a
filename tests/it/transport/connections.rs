//! Connections in use: kept, replaced, broken off, dropped.

use std::time::Duration;

use bedrill::test_util::{Server, Step};
use bedrill::transport::TransportErrorKind;
use bytes::Bytes;

use super::{CHUNKED, OK, Settings, drain, kind_of_failure, over_each, post, sees_close, send};

#[tokio::test]
async fn a_connection_that_breaks_before_the_head_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        for script in [
            vec![Step::ReadRequest, Step::Reset],
            vec![Step::ReadRequest],
            vec![Step::ReadRequest, send("HTTP/1.1 200 OK\r\nconte"), Step::Reset],
            vec![Step::ReadRequest, send("HTTP/1.1 200 OK\r\nconte")],
        ] {
            let server = Server::playing(vec![script.clone()]);
            let (kind, message) =
                kind_of_failure(&*transport, &format!("{}/model/secret", server.url())).await;
            assert_eq!(kind, TransportErrorKind::Broken, "{name}: {script:?}: {message}");
            assert!(message.contains("127.0.0.1") && !message.contains("secret"), "{name}: {message}");
            assert_eq!(
                server.requests().len(),
                1,
                "{name}: a request that may have been read is not repeated"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_end_that_was_not_announced_is_an_error() {
    over_each(Settings::default(), async |name, transport| {
        let first = format!("{CHUNKED}3\r\nabc\r\n");
        let short = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc";
        for script in [
            vec![Step::ReadRequest, send(&first), Step::WaitForTest, Step::Reset],
            vec![Step::ReadRequest, send(&first)],
            vec![Step::ReadRequest, send(&format!("{first}5\r\n"))],
            vec![Step::ReadRequest, send(&format!("{first}0\r\n"))],
            vec![Step::ReadRequest, send(short)],
            vec![Step::ReadRequest, send(short), Step::WaitForTest, Step::Reset],
        ] {
            let server = Server::playing(vec![script.clone()]);
            let mut body = transport.send(post(server.url())).await.expect(name).into_body();
            assert_eq!(body.chunk().await.expect(name), Some(Bytes::from("abc")), "{name}: {script:?}");
            server.go_on();
            let (rest, error) = drain(&mut body).await;
            assert!(rest.is_empty(), "{name}: {script:?}");
            let error = error.expect(name);
            assert_eq!(error.kind(), TransportErrorKind::Broken, "{name}: {script:?}: {error}");
            assert!(error.to_string().contains("127.0.0.1"), "{name}: {error}");
        }
    })
    .await;
}

#[tokio::test]
async fn connections_are_kept_and_used_again() {
    over_each(Settings::default(), async |name, transport| {
        let exchange = [Step::ReadRequest, send(OK)];
        let server = Server::playing(vec![[exchange.clone(), exchange.clone(), exchange].concat()]);
        for _ in 0..3 {
            let response = transport.send(post(server.url())).await.expect(name);
            assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
        }
        assert_eq!((server.connections(), server.requests().len()), (1, 3), "{name}");
    })
    .await;
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_replaced_unnoticed() {
    over_each(Settings::default(), async |name, transport| {
        for end in [vec![], vec![Step::Reset]] {
            let script = [vec![Step::ReadRequest, send(OK), Step::WaitForTest], end].concat();
            let server = Server::playing(vec![script, vec![Step::ReadRequest, send(OK)]]);
            for _ in 0..2 {
                let response = transport.send(post(server.url())).await.expect(name);
                assert_eq!(drain(&mut response.into_body()).await.0, b"ok", "{name}");
                server.go_on();
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            assert_eq!(server.connections(), 2, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn dropping_the_body_or_the_future_closes_the_connection() {
    over_each(Settings::default(), async |name, transport| {
        let script = vec![Step::ReadRequest, send(CHUNKED), send("1\r\na\r\n"), Step::Hang];
        let server = Server::playing(vec![script]);
        let mut body = transport.send(post(server.url())).await.expect(name).into_body();
        body.chunk().await.expect(name);
        drop(body);
        assert!(sees_close(&server).await, "{name}: the body was dropped");

        let server = Server::playing(vec![vec![Step::ReadRequest, Step::Hang]]);
        let no_head = tokio::time::timeout(Duration::from_millis(100), transport.send(post(server.url())));
        assert!(no_head.await.is_err(), "{name}: there is no head");
        assert!(sees_close(&server).await, "{name}: the future was dropped");
    })
    .await;
}
