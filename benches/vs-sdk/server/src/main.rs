//! A server on loopback, without TLS, that answers `POST /model/synthetic.N.D/converse-stream` with N text deltas of
//! about 200 bytes each, one every D milliseconds; as fast as the socket takes them when D is 0.
//!
//! It is not the scripted server of the tests, which has a thread for each connection: many of them would take the
//! processor from the programs that are measured.
//!
//! It prints its port, and then for every request the time at which its first bytes came, in nanoseconds since 1970.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::{Duration, SystemTime};

use bedrill::test_util::events;
use bedrill::test_util::requests::RequestDecoder;
use bedrill::test_util::responses::{LAST_CHUNK, chunk, stream_head};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{Instant, MissedTickBehavior};

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
            // A client that goes away in the middle is not an error.
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
    let mut requests = RequestDecoder::new();
    while let Some(path) = read_request(&mut stream, &mut requests).await? {
        let model =
            path.strip_prefix("/model/synthetic.").and_then(|rest| rest.strip_suffix("/converse-stream"));
        let (count, interval) = model.and_then(|model| model.split_once('.')).ok_or("an unknown path")?;
        let (count, interval) = (count.parse()?, Duration::from_millis(interval.parse()?));

        stream.write_all(&stream_head()).await?;
        stream.write_all(&chunk(&events::start())).await?;
        send_deltas(&mut stream, count, interval).await?;
        let end = [events::block_stop(), events::stop("end_turn"), events::metadata()];
        stream.write_all(&[&end.map(|frame| chunk(&frame)).concat(), LAST_CHUNK].concat()).await?;
    }
    Ok(())
}

async fn send_deltas(stream: &mut TcpStream, count: usize, interval: Duration) -> io::Result<()> {
    let delta = chunk(&events::event(
        "contentBlockDelta",
        r#"{"contentBlockIndex":0,"delta":{"text":" some words of text"},"p":"abcdefghijkl"}"#,
    ));
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
async fn read_request(
    stream: &mut TcpStream,
    requests: &mut RequestDecoder,
) -> Result<Option<String>, Box<dyn Error + Send + Sync>> {
    let mut bytes = Vec::new();
    while stream.read_buf(&mut bytes).await? > 0 {
        if requests.is_empty() {
            say(&SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_nanos().to_string())?;
        }
        requests.push(&bytes);
        bytes.clear();
        if let Some(request) = requests.next_request()? {
            return Ok(Some(request.uri().path().to_owned()));
        }
    }
    Ok(None)
}
