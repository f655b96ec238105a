//! A server on loopback, without TLS, that answers `POST /model/synthetic.N.D/converse-stream` with N text deltas of
//! about 200 bytes each, one every D milliseconds; as fast as the socket takes them when D is 0.
//!
//! It prints its port, and then for every request the time at which its first bytes came, in nanoseconds since 1970.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use bedrill::eventstream::{Frame, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, MissedTickBehavior};

const HEAD: &str = "HTTP/1.1 200 OK\r\n\
    content-type: application/vnd.amazon.eventstream\r\n\
    x-amzn-requestid: 00000000-0000-4000-8000-000000000000\r\n\
    transfer-encoding: chunked\r\n\r\n";

/// The deltas that go out in one write when D is 0.
const BATCH: usize = 64;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve())
}

async fn serve() -> Result<(), Box<dyn Error + Send + Sync>> {
    let listener = listen()?;
    say(&listener.local_addr()?.port().to_string())?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A client that goes away in the middle is no news.
            let _ = answer(stream).await;
        });
    }
}

fn listen() -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    socket.listen(4096)
}

fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

async fn answer(mut stream: TcpStream) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_nodelay(true)?;
    while let Some(path) = read_request(&mut stream).await? {
        let model =
            path.strip_prefix("/model/synthetic.").and_then(|rest| rest.strip_suffix("/converse-stream"));
        let (count, interval) = model.and_then(|model| model.split_once('.')).ok_or("an unknown path")?;
        let (count, interval) = (count.parse()?, Duration::from_millis(interval.parse()?));

        stream.write_all(HEAD.as_bytes()).await?;
        stream.write_all(&event("messageStart", r#"{"role":"assistant"}"#)).await?;
        send_deltas(&mut stream, count, interval).await?;
        let mut end = event("contentBlockStop", r#"{"contentBlockIndex":0}"#);
        end.extend(event("messageStop", r#"{"stopReason":"end_turn"}"#));
        end.extend(event(
            "metadata",
            r#"{"metrics":{"latencyMs":1},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#,
        ));
        end.extend(b"0\r\n\r\n");
        stream.write_all(&end).await?;
    }
    Ok(())
}

async fn send_deltas(stream: &mut TcpStream, count: usize, interval: Duration) -> io::Result<()> {
    let delta = event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"text":" some words of text"},"p":"abcdefghijkl"}"#,
    );
    if interval.is_zero() {
        let batch = delta.repeat(BATCH);
        for _ in 0..count / BATCH {
            stream.write_all(&batch).await?;
        }
        return stream.write_all(&delta.repeat(count % BATCH)).await;
    }
    let mut ticks = tokio::time::interval_at(Instant::now() + interval, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for _ in 0..count {
        ticks.tick().await;
        stream.write_all(&delta).await?;
    }
    Ok(())
}

/// The path of the next request; `None` when the client has closed the connection.
async fn read_request(stream: &mut TcpStream) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    loop {
        let first = bytes.is_empty();
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
        if first {
            say(&SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos().to_string())?;
        }
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            return Ok(head.split(' ').nth(1).map(str::to_owned));
        }
    }
}

/// One event in an HTTP chunk of its own, as Bedrock sends them.
fn event(name: &str, payload: &str) -> Vec<u8> {
    let frame = Frame::builder()
        .header(":event-type", HeaderValue::String(name))
        .header(":content-type", HeaderValue::String("application/json"))
        .header(":message-type", HeaderValue::String("event"))
        .payload(payload.to_owned())
        .build()
        .expect("a frame");
    let mut chunk = format!("{:x}\r\n", frame.total_len()).into_bytes();
    chunk.extend(frame.as_bytes());
    chunk.extend(b"\r\n");
    chunk
}
