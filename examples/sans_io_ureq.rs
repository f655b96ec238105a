//! One question without an async runtime: the core of bedrill, and ureq for HTTP. Neither tokio nor reqwest is linked.
//!
//! ```console
//! cargo run --no-default-features --example sans_io_ureq -- us.amazon.nova-lite-v1:0 "Why is the sky blue?"
//! ```
//!
//! Every step of a call is a plain function here: find credentials and region, build the request, authorize it, send
//! it, decode the body. Any other HTTP client can take ureq's place. `examples/embedder` is the same program as a
//! package of its own, whose dependencies can be counted.

use std::error::Error;
use std::io::{self, Read, Write};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use bedrill::auth::{Answer, Auth, AuthError, env};
use bedrill::converse::EventDecoder;
use bedrill::endpoint::{Endpoint, HostVariant, Plane, Region, SIGNING_NAME};
use bedrill::machine::{Machine, ProfileFiles, SystemMachine};
use bedrill::{ConverseRequest, operation};
use ureq::Agent;

/// How much of an error's body is read, in bytes.
const ERROR_BODY: u64 = 64 * 1024;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match (arguments.next(), arguments.next()) {
        (Some(model), Some(prompt)) => answer(&model, &prompt),
        _ => Err("usage: sans_io_ureq MODEL PROMPT".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sans_io_ureq: {error}");
            ExitCode::FAILURE
        }
    }
}

fn answer(model: &str, prompt: &str) -> Result<(), Box<dyn Error>> {
    let machine = SystemMachine;
    let profile = ProfileFiles::load(&machine, None)?;
    let auth = credentials(&machine, &profile)?;
    let region = region(&machine, &profile)?;
    let endpoint = match machine.setting("AWS_ENDPOINT_URL_BEDROCK_RUNTIME") {
        Some(url) => Endpoint::custom(&url)?,
        None => Endpoint::regional(Plane::Data, &region, HostVariant::default()),
    };

    let request = ConverseRequest::new(model).message(prompt);
    let mut http = operation::converse_stream(&request, &endpoint)?;
    auth.authorize(&mut http, region.as_str(), SIGNING_NAME, SystemTime::now())?;

    let (head, body) = agent().run(http.map(Vec::from))?.into_parts();
    let mut body = body.into_reader();
    if head.status != 200 {
        let mut text = Vec::new();
        body.take(ERROR_BODY).read_to_end(&mut text)?;
        return Err(operation::parse_error(head.status, &head.headers, &text).into());
    }
    operation::expect_event_stream(&head.headers, b"")?;
    let mut stdout = io::stdout().lock();
    let outcome = print_text(&mut body, &mut stdout);
    // The text of an answer that broke off gets a line of its own.
    writeln!(stdout)?;
    outcome
}

/// The first credentials that are found: a bearer token, keys in the environment, static keys of the profile.
fn credentials(machine: &dyn Machine, profile: &ProfileFiles) -> Result<Auth, Box<dyn Error>> {
    let mut reasons = Vec::new();
    let sources: [&dyn Fn() -> Result<Answer, AuthError>; 3] =
        [&|| env::bearer_token(machine), &|| env::access_keys(machine), &|| profile.credentials()];
    for source in sources {
        match source()? {
            Answer::Found(found) => return Ok(found.into_auth()),
            Answer::NotHere(why) => reasons.push(why),
            _ => {}
        }
    }
    Err(format!("no credentials: {}", reasons.join("; ")).into())
}

fn region(machine: &dyn Machine, profile: &ProfileFiles) -> Result<Region, Box<dyn Error>> {
    let named = machine
        .setting("AWS_REGION")
        .or_else(|| machine.setting("AWS_DEFAULT_REGION"))
        .or_else(|| profile.setting("region").map(|setting| setting.value().to_owned()));
    Ok(Region::new(named.as_deref().unwrap_or("us-east-1"))?)
}

fn agent() -> Agent {
    let config = Agent::config_builder()
        // The status and body of an error are ours to read.
        .http_status_as_error(false)
        // A redirect would carry the signature to another host.
        .max_redirects(0)
        .timeout_connect(Some(Duration::from_secs(4)))
        .build();
    config.into()
}

/// Writes the text in the event stream `body` as it arrives. A stream that ends early is an error.
fn print_text(body: &mut impl Read, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let mut decoder = EventDecoder::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        let length = body.read(&mut chunk)?;
        if length == 0 {
            return Ok(decoder.finish()?);
        }
        decoder.push(&chunk[..length]);
        while let Some(event) = decoder.next_event()? {
            if let Some(text) = event.as_text() {
                out.write_all(text.as_bytes())?;
                out.flush()?;
            }
        }
    }
}
