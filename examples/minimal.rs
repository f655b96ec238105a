//! Streams the text of one answer, with credentials, region and endpoint as the AWS CLI would find them.
//!
//! ```console
//! cargo run --release --example minimal -- us.amazon.nova-lite-v1:0 "Why is the sky blue?"
//! ```
//!
//! It is the program whose size the README gives, so it has no argument parser and one thread.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use bedrill::{Client, ConverseRequest, ConverseStream};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match (arguments.next(), arguments.next()) {
        (Some(model), Some(prompt)) => run(&model, &prompt),
        _ => Err("usage: minimal MODEL PROMPT".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The errors of bedrill say in `Display` what to do next.
            let _ = writeln!(io::stderr(), "minimal: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(model: &str, prompt: &str) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(answer(model, prompt))
}

async fn answer(model: &str, prompt: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::from_env().await?;
    let request = ConverseRequest::new(model).message(prompt);
    let mut stream = client.converse_stream(&request).await?;
    let mut stdout = io::stdout().lock();
    let outcome = print(&mut stream, &mut stdout).await;
    // The text of an answer that broke off gets a line of its own.
    writeln!(stdout)?;
    outcome
}

async fn print(stream: &mut ConverseStream, stdout: &mut impl Write) -> Result<(), Box<dyn Error>> {
    while let Some(event) = stream.next().await {
        if let Some(text) = event?.as_text() {
            stdout.write_all(text.as_bytes())?;
            stdout.flush()?;
        }
    }
    Ok(())
}
