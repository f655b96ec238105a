use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use super::requests::{RequestDecoder, header, json, line};
use super::responses::{REQUEST_ID, chunk, response, stream};
use super::{Server, Step, events, refused};
use crate::converse::EventDecoder;

const REQUEST: &[u8] = b"POST /model/a%3Ab/converse?x=%20 HTTP/1.1\r\nHost: here\r\nX-Two: 1\r\nx-two: 2\r\n\
    Content-Length: 9\r\n\r\n{\"a\":\"b\"}";

#[test]
fn a_request_is_whole_at_any_split_and_the_next_one_follows_it() {
    let both = [REQUEST, b"CONNECT there:443 HTTP/1.1\r\n\r\n"].concat();
    for split in 0..=both.len() {
        let mut decoder = RequestDecoder::new();
        let mut requests = Vec::new();
        for part in [&both[..split], &both[split..]] {
            decoder.push(part);
            while let Some(request) = decoder.next_request().expect("requests") {
                requests.push(request);
            }
        }
        assert!(decoder.is_empty(), "{split}");
        let lines: Vec<String> = requests.iter().map(line).collect();
        assert_eq!(lines, ["POST /model/a%3Ab/converse?x=%20 HTTP/1.1", "CONNECT there:443 HTTP/1.1"]);
        assert_eq!(json(&requests[0]), serde_json::json!({"a": "b"}));
        assert_eq!((header(&requests[0], "X-Two"), header(&requests[0], "absent")), ("1", ""));
        assert_eq!(requests[0].headers().get_all("x-two").iter().count(), 2);
        assert!(requests[1].body().is_empty());
    }
}

#[test]
fn what_is_not_a_request_is_an_error_and_not_a_panic() {
    let of_length = |length: &str| format!("GET / HTTP/1.1\r\ncontent-length: {length}\r\n\r\n");
    for text in [
        "\0",
        "GET /",
        "GET / HTTP/9\r\n\r\n",
        "GET / HTTP/1.1\r\nno header\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        &of_length("-1"),
        &of_length("99999999999999999999999"),
        &of_length("1, 1"),
        &format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1_000)),
        &format!("GET /{}", "a".repeat(100_000)),
    ] {
        let mut decoder = RequestDecoder::new();
        decoder.push(text.as_bytes());
        match decoder.next_request() {
            Err(error) => assert!(error.to_string().starts_with("not a request: "), "{error}"),
            Ok(request) => assert!(text == "GET /" && request.is_none(), "{text:.40}: {request:?}"),
        }
    }
}

#[test]
fn an_answer_is_one_that_the_library_reads() {
    let mut decoder = EventDecoder::new();
    decoder.push(&events::answer(&["a \"quoted\"\n", "piece"]));
    let mut text = String::new();
    while let Some(event) = decoder.next_event().expect("good frames") {
        text.push_str(event.as_text().unwrap_or_default());
    }
    decoder.finish().expect("a whole answer");
    assert_eq!(text, "a \"quoted\"\npiece");

    let mut decoder = EventDecoder::new();
    decoder.push(&events::exception("throttlingException", r#"{"message":"wait"}"#));
    assert!(decoder.next_event().expect_err("an exception").to_string().contains("wait"));
}

#[test]
fn a_stream_comes_in_chunks() {
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(shown(&chunk(&[b'x'; 17])), format!("11\r\n{}\r\n", "x".repeat(17)));
    let whole = shown(&stream(b"frame"));
    assert!(whole.contains(REQUEST_ID) && whole.ends_with("\r\n\r\n5\r\nframe\r\n0\r\n\r\n"), "{whole}");
    assert!(shown(&stream(b"")).ends_with("chunked\r\n\r\n0\r\n\r\n"));
}

/// A client that fails rather than waiting forever.
fn client(server: &Server) -> TcpStream {
    let client = TcpStream::connect(server.authority()).expect("a connection");
    client.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    client
}

fn read(client: &mut TcpStream, length: usize) -> String {
    let mut bytes = vec![0; length];
    client.read_exact(&mut bytes).expect("an answer");
    String::from_utf8(bytes).expect("UTF-8")
}

/// All that comes until the connection ends, and how it ends.
fn rest(client: &mut TcpStream) -> (String, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = client.read_to_end(&mut bytes).err().map(|error| error.kind());
    (String::from_utf8(bytes).expect("UTF-8"), end)
}

#[test]
fn a_script_chooses_by_request_and_the_connection_is_kept() {
    let server = Server::start(|number, request| {
        vec![Step::Send(response("200 OK", &[], format!("{number} {}", request.uri().path())))]
    });
    let mut client = client(&server);
    for number in 0..2 {
        client.write_all(REQUEST).expect("sent");
        let expected = response("200 OK", &[], format!("{number} /model/a%3Ab/converse"));
        assert_eq!(read(&mut client, expected.len()).into_bytes(), expected);
    }
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
    assert_eq!((server.take_requests().len(), server.requests().len()), (2, 0));
    client.write_all(REQUEST).expect("sent");
    let expected = response("200 OK", &[], "2 /model/a%3Ab/converse");
    assert_eq!(read(&mut client, expected.len()).into_bytes(), expected, "numbers go on");
}

#[test]
fn each_end_is_the_one_that_the_script_asks_for() {
    for (last, end) in
        [(Some(Step::Close), None), (Some(Step::Reset), Some(ErrorKind::ConnectionReset)), (None, None)]
    {
        let first = [Step::ReadRequest, Step::Send(b"abc".to_vec()), Step::WaitForTest];
        let server = Server::playing([first.into_iter().chain(last.clone()).collect::<Vec<_>>()]);
        let mut client = client(&server);
        client.write_all(REQUEST).expect("sent");
        assert_eq!(read(&mut client, 3), "abc");
        server.go_on();
        assert_eq!(rest(&mut client), (String::new(), end), "{last:?}");
    }
}

#[test]
fn each_connection_has_its_script_and_the_last_one_serves_the_rest() {
    let server =
        Server::playing([vec![Step::Send(b"a".to_vec())], vec![Step::ReadSome, Step::Send(b"b".to_vec())]]);
    for expected in ["a", "b", "b"] {
        let mut client = client(&server);
        client.write_all(b"?").expect("sent");
        assert_eq!(rest(&mut client).0, expected);
    }
}

#[test]
fn bytes_come_as_slowly_and_as_often_as_the_script_says() {
    let delay = Duration::from_millis(10);
    let drip = Step::SendEach { bytes: b"abcd".to_vec(), chunk: 1, delay };
    let server = Server::playing([vec![drip, Step::Repeat(b"xy".to_vec(), 3), Step::Sleep(delay)]]);
    let start = Instant::now();
    assert_eq!(rest(&mut client(&server)).0, "abcdxyxyxy");
    assert!(start.elapsed() >= 5 * delay);
    assert_eq!(server.sent(), 10);
}

/// Whether a client has hung up, according to a future that is polled once.
fn has_hung_up(server: &Server) -> bool {
    let mut future = pin!(server.hung_up());
    future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_client_that_hangs_up_is_reported_once() {
    let server = Server::playing([vec![Step::Hang], vec![Step::Repeat(vec![0; 4096], usize::MAX)]]);
    for _ in 0..2 {
        let (client, before) = (client(&server), Instant::now());
        assert!(!has_hung_up(&server), "the client is still there");
        drop(client);
        assert!(server.wait_for_hang_up() >= before);
    }
    assert!(!has_hung_up(&server));
}

#[test]
fn what_is_not_a_request_closes_the_connection_and_a_panic_of_the_script_does_too() {
    let server = Server::start(|_, request| match request.uri().path() {
        "/panic" => panic!("by the script"),
        _ => vec![Step::Send(b"ok".to_vec()), Step::Close],
    });
    for (request, answer) in
        [("no request\r\n\r\n", ""), ("GET /panic HTTP/1.1\r\n\r\n", ""), ("GET / HTTP/1.1\r\n\r\n", "ok")]
    {
        let mut client = client(&server);
        client.write_all(request.as_bytes()).expect("sent");
        assert_eq!(rest(&mut client).0, answer, "{request}");
    }
}

#[test]
fn a_server_that_is_dropped_leaves_no_connection_and_no_port() {
    let server =
        Server::playing([vec![Step::Sleep(Duration::MAX)], vec![Step::WaitForTest], vec![Step::Hang]]);
    let mut clients = [client(&server), client(&server), client(&server)];
    while server.connections() < 3 {
        std::thread::sleep(Duration::from_millis(1));
    }
    let authority = server.authority();
    drop(server);
    for client in &mut clients {
        assert_eq!(rest(client).0, "");
    }
    for nobody in [authority, refused().to_string()] {
        let refused = TcpStream::connect(nobody).expect_err("nobody listens");
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
}
