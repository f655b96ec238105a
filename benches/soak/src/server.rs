//! A server on loopback, without TLS, that answers as Bedrock would, with the fault that the model id asks for.
//!
//! It is not the scripted server of the tests, which has a thread for each connection: a thousand of them would take the
//! processor from the process that is measured.

use std::io::{self, Write as _};
use std::time::Duration;

use bedrill::operation::EVENT_STREAM;
use bedrill::test_util::events::{block_stop, event, metadata, start, stop};
use bedrill::test_util::requests::RequestDecoder;
use bedrill::test_util::responses::{LAST_CHUNK, chunk, head, stream_head};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::MissedTickBehavior;

use crate::plan::{DELTAS, Fault, INTERVAL, Plan};

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
            // A client that goes away is not an error.
            let _ = connection(stream).await;
        });
    }
}

async fn connection(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = RequestDecoder::new();
    while let Some(path) = read_request(&mut stream, &mut requests).await? {
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
    // Without chunks, only the frames themselves show that a body was cut.
    let is_chunked = plan.fault != Fault::Cut;
    let head = if is_chunked {
        stream_head()
    } else {
        head("200 OK", &[("content-type", EVENT_STREAM), ("connection", "close")])
    };
    let part = |bytes: &[u8]| if is_chunked { chunk(bytes) } else { bytes.to_vec() };
    stream.write_all(&[head, part(&start())].concat()).await?;

    let mut ticks = tokio::time::interval(INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for number in 0..plan.at {
        ticks.tick().await;
        stream.write_all(&part(&delta(&plan, number))).await?;
    }
    ticks.tick().await;
    match plan.fault {
        Fault::None => {
            let end = [block_stop(), stop("end_turn"), metadata()].map(|frame| chunk(&frame));
            stream.write_all(&[&end.concat(), LAST_CHUNK].concat()).await?;
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
            // Until the client hangs up.
            stream.read(&mut [0; 1]).await?;
            Ok(false)
        }
    }
}

/// The path of the next request; `None` when the client has closed the connection.
async fn read_request(stream: &mut TcpStream, requests: &mut RequestDecoder) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await? > 0 {
        requests.push(&bytes);
        bytes.clear();
        if let Some(request) = requests.next_request().map_err(io::Error::other)? {
            return Ok(Some(request.uri().path().to_owned()));
        }
    }
    Ok(None)
}

fn delta(plan: &Plan, number: usize) -> Vec<u8> {
    let text = plan.text(number);
    event(
        "contentBlockDelta",
        format_args!(r#"{{"contentBlockIndex":0,"delta":{{"text":"{text}"}},"p":"abcdefghijkl"}}"#),
    )
}
