//! A server on loopback, without TLS, that answers as Bedrock would, with the fault that the model id asks for.

use std::io::{self, Write as _};
use std::time::Duration;

use bedrill::eventstream::{Frame, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::MissedTickBehavior;

use crate::plan::{DELTAS, Fault, INTERVAL, Plan};

const HEAD: &str = "HTTP/1.1 200 OK\r\n\
    content-type: application/vnd.amazon.eventstream\r\n\
    x-amzn-requestid: 00000000-0000-4000-8000-000000000000\r\n";
const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// What was sent before a reset may be lost with it, unless the other side has read it.
const BEFORE_RESET: Duration = Duration::from_secs(2);

pub async fn serve() -> io::Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(([127, 0, 0, 1], 0).into())?;
    let listener = socket.listen(4096)?;
    println!("{}", listener.local_addr()?.port());
    io::stdout().flush()?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            // A client that goes away is no news.
            let _ = connection(stream).await;
        });
    }
}

async fn connection(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some(path) = read_request(&mut stream).await? {
        let model = path.strip_prefix("/model/").and_then(|rest| rest.strip_suffix("/converse-stream"));
        let plan = model.and_then(Plan::parse).ok_or(io::ErrorKind::InvalidInput)?;
        if !answer(&mut stream, plan).await? {
            break;
        }
    }
    Ok(())
}

/// Answers; `false` when the connection is used up.
async fn answer(stream: &mut TcpStream, plan: Plan) -> io::Result<bool> {
    // Without chunks, nothing but the frames themselves tells that a body was cut.
    let is_chunked = plan.fault != Fault::Cut;
    let framing = if is_chunked { "transfer-encoding: chunked\r\n\r\n" } else { "connection: close\r\n\r\n" };
    let part = |bytes: &[u8]| if is_chunked { chunk(bytes) } else { bytes.to_vec() };
    let start = part(&event("messageStart", r#"{"role":"assistant"}"#));
    stream.write_all(&[HEAD.as_bytes(), framing.as_bytes(), &start].concat()).await?;

    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0..plan.at {
        ticks.tick().await;
        stream.write_all(&part(&delta(&plan, number))).await?;
    }
    ticks.tick().await;
    match plan.fault {
        Fault::None => {
            let mut end = chunk(&event("contentBlockStop", r#"{"contentBlockIndex":0}"#));
            end.extend(chunk(&event("messageStop", r#"{"stopReason":"end_turn"}"#)));
            end.extend(chunk(&event(
                "metadata",
                r#"{"metrics":{"latencyMs":1},"usage":{"inputTokens":1,"outputTokens":1,"totalTokens":2}}"#,
            )));
            end.extend(LAST_CHUNK);
            stream.write_all(&end).await?;
            Ok(true)
        }
        Fault::Reset => {
            tokio::time::sleep(BEFORE_RESET).await;
            stream.set_zero_linger()?;
            Ok(false)
        }
        Fault::Cut => {
            let frame = delta(&plan, plan.at);
            stream.write_all(&frame[..1 + plan.number % (frame.len() - 1)]).await?;
            Ok(false)
        }
        Fault::Incomplete => {
            stream.write_all(LAST_CHUNK).await?;
            Ok(true)
        }
        Fault::Corrupt => {
            let mut frame = delta(&plan, plan.at);
            let at = plan.number % frame.len();
            frame[at] ^= 1 << (plan.number % 8);
            let good = (plan.at + 1..DELTAS).map(|number| chunk(&delta(&plan, number)));
            let rest: Vec<u8> = good.flatten().collect();
            stream.write_all(&[chunk(&frame), rest, LAST_CHUNK.to_vec()].concat()).await?;
            Ok(true)
        }
        Fault::Stall => {
            // Until the client has enough of it.
            stream.read(&mut [0; 1]).await?;
            Ok(false)
        }
    }
}

/// The path of the next request; `None` when the client has closed the connection.
async fn read_request(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
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

fn delta(plan: &Plan, number: usize) -> Vec<u8> {
    let text = plan.text(number);
    event(
        "contentBlockDelta",
        &format!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"abcdefghijkl"}}"#),
    )
}

fn event(name: &str, payload: &str) -> Vec<u8> {
    let frame = Frame::builder()
        .header(":event-type", HeaderValue::String(name))
        .header(":content-type", HeaderValue::String("application/json"))
        .header(":message-type", HeaderValue::String("event"))
        .payload(payload.to_owned())
        .build();
    frame.expect("a frame").as_bytes().to_vec()
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
