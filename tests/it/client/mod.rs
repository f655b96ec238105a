//! The client over a replayed transport, and over real sockets against a scripted server.

#[cfg(feature = "reqwest")]
mod answers;
mod cancel;
#[cfg(feature = "reqwest")]
mod cut;
mod fitting;
mod memory;
#[cfg(unix)]
mod parked;
mod replay;
#[cfg(feature = "reqwest")]
mod request;
mod send;
mod settings;
#[cfg(feature = "reqwest")]
mod streaming;
#[cfg(feature = "reqwest")]
mod tls;

use std::sync::Arc;
use std::time::Duration;

use bedrill::auth::Auth;
use bedrill::credentials::Credentials;
use bedrill::machine::StaticMachine;
use bedrill::{Client, ClientBuilder, ConverseRequest, ConverseStream, Error};

pub const MODEL: &str = "us.amazon.nova-lite-v1:0";

/// Fails a test that would wait forever.
pub async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("an end within 20 s")
}

pub fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
}

/// A client on a machine without variables and files.
pub fn builder() -> ClientBuilder {
    Client::builder().auth(Auth::SigV4(credentials())).machine(Arc::new(StaticMachine::new()))
}

pub fn prompt(model: &str) -> ConverseRequest {
    ConverseRequest::new(model).message("Why is the sky blue?")
}

/// Reads `stream` to its end: the text, the types of the events, and how it ended.
pub async fn drain(stream: &mut ConverseStream) -> (String, Vec<String>, Result<(), Error>) {
    let (mut text, mut events) = (String::new(), Vec::new());
    loop {
        match stream.next().await {
            Some(Ok(event)) => {
                text.push_str(event.as_text().unwrap_or_default());
                events.push(event.event_type().to_owned());
            }
            Some(Err(error)) => {
                assert!(stream.next().await.is_none(), "nothing comes after an error");
                assert_eq!(error.events_delivered(), events.len() as u64);
                return (text, events, Err(error));
            }
            None => {
                assert!(stream.next().await.is_none(), "nothing comes after the end");
                return (text, events, Ok(()));
            }
        }
    }
}
