//! Amazon Bedrock without the AWS SDK.
//!
//! bedrill signs its own requests, reads the `application/vnd.amazon.eventstream` framing incrementally, and finds
//! credentials where the AWS SDKs find them.
//!
//! ```no_run
//! # #[cfg(feature = "reqwest")]
//! # async fn example() -> Result<(), bedrill::Error> {
//! use bedrill::{Client, ConverseRequest};
//!
//! let client = Client::from_env().await?;
//! let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("Why is the sky blue?");
//! let mut stream = client.converse_stream(&request).await?;
//! while let Some(event) = stream.next().await {
//!     print!("{}", event?.as_text().unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Three ways in
//!
//! - [`Client`] does it all: credentials, signing, HTTP, frames, events. Start with `Client::from_env`, as above.
//! - Bring your own HTTP client: [`operation`] makes the request, [`auth::Auth`] authorizes it,
//!   [`converse::EventDecoder`] reads the answer, as below. Nothing here needs a runtime; see `examples/sans_io_ureq.rs`.
//! - Take one protocol: [`sigv4`] signs any AWS request, [`eventstream`] reads and writes any AWS event stream,
//!   [`profile`] reads `~/.aws`.
//!
//! ```
//! use bedrill::auth::Auth;
//! use bedrill::converse::{EventDecoder, MessageBuilder};
//! use bedrill::credentials::Credentials;
//! use bedrill::endpoint::{Endpoint, HostVariant, Plane, Region};
//! use bedrill::{ConverseRequest, endpoint, operation};
//!
//! # fn send(_: http::Request<bytes::Bytes>) -> Vec<Vec<u8>> {
//! #     use bedrill::eventstream::{Frame, HeaderValue};
//! #     [("contentBlockDelta", r#"{"contentBlockIndex":0,"delta":{"text":"Blue."}}"#), ("messageStop", r#"{"stopReason":"end_turn"}"#)]
//! #         .map(|(name, payload)| {
//! #             let frame = Frame::builder()
//! #                 .header(":message-type", HeaderValue::String("event"))
//! #                 .header(":event-type", HeaderValue::String(name));
//! #             frame.payload(payload).build().unwrap().as_bytes().to_vec()
//! #         })
//! #         .to_vec()
//! # }
//! let region = Region::new("us-east-1")?;
//! let endpoint = Endpoint::regional(Plane::Data, &region, HostVariant::default());
//! let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("What color is the sky?");
//!
//! let mut http = operation::converse_stream(&request, &endpoint)?;
//! let auth = Auth::SigV4(Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG"));
//! auth.authorize(&mut http, region.as_str(), endpoint::SIGNING_NAME, std::time::SystemTime::now())?;
//!
//! let (mut events, mut message) = (EventDecoder::new(), MessageBuilder::new());
//! for chunk in send(http) {
//!     events.push(&chunk);
//!     while let Some(event) = events.next_event()? {
//!         message.apply(&event)?;
//!     }
//! }
//! events.finish()?; // fails for a cut answer
//! assert_eq!(message.finish()?.text(), "Blue.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | (none) | | signing, frames, profiles, Bedrock's shapes, and the parts of the credential sources that do no I/O |
//! | `client` | yes | `Transport`, `Chain`, `Client`, `ConverseStream`: no runtime, no TLS |
//! | `reqwest` | yes | `ReqwestTransport`, `Client::from_env` |
//! | `hyper` | | `HyperTransport`: hyper and rustls directly, for fewer dependencies; no proxies |
//! | `ring` / `aws-lc-rs` | ring | the rustls provider; `aws-lc-rs` wins when both are on |
//! | `webpki-roots` / `native-roots` | webpki | compiled-in trust anchors or the system's; `native-roots` wins |
//! | `config` | | the JSON5 configuration |

// On docs.rs only: marks what needs a feature.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::disallowed_methods))] // tests read what they wrote
#![forbid(unsafe_code)]
#![deny(missing_docs)]
// Input must not bring the program down: no panic that it can reach.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

// Text and values. No I/O, no clock.
mod base;
pub mod credentials;
pub mod lore;
pub mod terminal;

// Protocols. Pure; they never use each other. The event stream is a separate crate.
#[doc(inline)]
pub use bedrill_eventstream as eventstream;
pub mod profile;
pub mod sigv4;

// Bedrock's shapes. Pure. The macros of `shape` must precede the shapes that use them.
#[macro_use]
mod shape;
pub mod catalog;
pub mod config;
pub mod converse;
pub mod endpoint;
pub mod fit;
pub mod model_id;
pub mod models;
pub mod operation;

// The outside world, behind traits.
pub mod auth;
pub mod machine;
#[cfg(feature = "client")]
pub mod transport;

// The client.
#[cfg(feature = "client")]
pub mod client;

// The scripted test server. Unstable.
#[cfg(feature = "test-util")]
pub mod test_util;

// What nearly every program names. All else has the name of its module alone.
#[cfg(feature = "client")]
#[doc(inline)]
pub use client::{Client, ClientBuilder, ConverseStream, Error, ErrorKind};
#[doc(inline)]
pub use converse::{ConverseRequest, ConverseResponse, Message};
