//! Faults on the wire: what bytes, delays, breaks and bad certificates do to a call, over each transport.
//!
//! Every test asserts the typed error, the requests that the server saw, and the text that came before the fault. Long
//! waits run on a clock that is faster than real time ([`Hurried`]), or on one that jumps (`support::scripted_clock`).
//! Faults that are covered elsewhere are not repeated; this is where to find each:
//!
//! | fault | shown by |
//! | --- | --- |
//! | the body cut at every byte | `client::cut` |
//! | one bit flipped, one byte changed, anywhere | `stream::every_flipped_bit_is_caught_within_its_frame_and_no_event_follows`, `stream::a_flipped_bit_ends_the_stream_while_the_server_still_waits`, `stream::every_other_value_of_every_byte_is_refused` |
//! | chunks of one byte, all splits | `stream::any_split_gives_the_same_events`, `client::streaming::an_answer_arrives_however_slowly_it_drips` |
//! | a giant length prefix; too many headers | `memory` |
//! | success with JSON, HTML or gzip | `head::success_without_frames_is_quoted_and_not_asked_for_again`; no end to it: `head::a_page_without_an_end_is_left_after_the_idle_time` |
//! | one byte a second, in the head or in a frame | `timeouts::a_head_that_trickles_runs_out_of_time`, `timeouts::a_frame_that_trickles_runs_out_of_time` |
//! | a stall; no first byte | `timeouts::a_stall_ends_the_stream_with_its_text`, `timeouts::a_head_that_never_comes_is_asked_for_again` |
//! | reset before the head, before the first event, after an event | `retries::a_reset_before_the_head_is_sent_again_on_a_new_connection`, `retries::a_reset_before_the_first_event_is_sent_again`, `retries::after_an_event_nothing_is_sent_again` |
//! | each status and code | `retries::statuses_and_codes_decide_what_is_sent_again`; the whole table: `client::retry::tests` in `src` |
//! | `x-amz-retry-after` | `client_retry::what_may_pass_is_tried_again`, `client::retry::tests` in `src` |
//! | exceptions and errors in the stream, before and after content | `exceptions` |
//! | unknown events and members, events out of order | `events::tolerated_disorder_makes_the_same_message`, `client::streaming::unknown_events_are_handed_out_and_harm_nothing` |
//! | a payload that is not JSON, or nested too deeply | `events::a_payload_that_cannot_be_read_names_its_event_and_not_its_text` |
//! | a wrong clock | `retries::a_wrong_clock_is_corrected_once`; the whole table: `client::skew::tests` in `src` |
//! | names that do not resolve | `connecting::a_name_that_does_not_exist_is_asked_for_once`; a resolver that does not answer: `transport::failure::tests` in `src`, `client_retry::what_may_pass_is_tried_again` |
//! | TLS: untrusted, wrong name, expired, no TLS, TLS 1.1 | `connecting::a_bad_certificate_is_refused_for_good`, `connecting::a_port_without_modern_tls_is_refused_for_good` |
//! | a proxy that refuses, asks for a password, is slow, or talks nonsense | `proxy`; no proxy at all over hyper: `transport::connecting` |
//! | redirects | `client::answers::redirects_are_reported_and_never_followed`, `transport::messages::every_status_is_a_response_and_no_redirect_is_followed` |
//! | a kept connection that was closed | `retries::a_connection_closed_while_idle_is_replaced_unnoticed`, `transport::connections` |
//! | a head that is too long, or malformed | `head::a_malformed_head_is_a_transport_error` |
//! | a reader that is slow, or gone | `reader` |

mod connecting;
mod events;
mod exceptions;
mod head;
mod memory;
mod proxy;
mod reader;
mod retries;
mod stream;
mod timeouts;

use std::sync::Arc;

use bedrill::client::RetryPolicy;
use bedrill::test_util::events::{start, stop, text};
use bedrill::test_util::responses::{LAST_CHUNK, chunk, head};
use bedrill::test_util::{Server, Step};
use bedrill::transport::Transport;
use bedrill::{Client, ClientBuilder, Error};

use crate::client::{MODEL, builder, drain, prompt, within};
use crate::support::scripted::Hurried;
use crate::transport::Settings;

const STREAM: (&str, &str) = ("content-type", "application/vnd.amazon.eventstream");
const CHUNKED: (&str, &str) = ("transfer-encoding", "chunked");

/// One of the transports.
struct Wire {
    name: &'static str,
    transport: Arc<dyn Transport>,
}

impl Wire {
    /// Settings of a client that goes to `url`, and does not wait between attempts.
    fn builder(&self, url: impl Into<String>) -> ClientBuilder {
        builder()
            .endpoint_url(url)
            .retry(RetryPolicy::standard().with_random(|| 0.0))
            .transport(Arc::clone(&self.transport))
    }

    fn client(&self, server: &Server) -> Client {
        self.builder(server.url()).build().expect("a client")
    }

    /// A client whose limits run out `factor` times as fast.
    fn hurried(&self, server: &Server, factor: u32) -> Client {
        let hurried = Hurried::new(Arc::clone(&self.transport), factor);
        self.builder(server.url()).transport(hurried).build().expect("a client")
    }
}

/// Runs `case` over each transport.
async fn over_each(case: impl AsyncFn(Wire)) {
    over_each_with(Settings::default(), case).await;
}

async fn over_each_with(settings: Settings, case: impl AsyncFn(Wire)) {
    crate::transport::over_each(settings, async |name, transport| case(Wire { name, transport }).await).await;
}

/// Asks for a stream and reads it to its end: the text, and how it ended.
async fn ask(client: &Client) -> (String, Result<(), Error>) {
    within(async {
        match client.converse_stream(&prompt(MODEL)).await {
            Err(error) => (String::new(), Err(error)),
            Ok(mut stream) => {
                let (text, _, end) = drain(&mut stream).await;
                (text, end)
            }
        }
    })
    .await
}

/// The head of a chunked stream, and its first bytes when there are any.
fn begin(bytes: &[u8]) -> Step {
    let first = if bytes.is_empty() { Vec::new() } else { chunk(bytes) };
    Step::Send([head("200 OK", &[STREAM, CHUNKED]), first].concat())
}

/// A whole stream of these frames.
fn whole(frames: &[u8]) -> Vec<Step> {
    vec![begin(frames), Step::Send(LAST_CHUNK.to_vec())]
}

/// The answer "Hello".
fn hello() -> Vec<Step> {
    whole(&[start(), text("Hel"), text("lo"), stop("end_turn")].concat())
}

/// The first 12 bytes of a frame of `total` bytes, `headers` of them headers, its checksum right.
fn prelude(total: u32, headers: u32) -> Vec<u8> {
    let mut prelude = [total.to_be_bytes(), headers.to_be_bytes()].concat();
    prelude.extend(crc32(&prelude).to_be_bytes());
    prelude
}

/// The checksum of frames, one bit at a time: slow, and independent of the crate under test.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    })
}
