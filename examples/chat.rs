//! A conversation: each line of stdin is a question, each answer streams to stdout, and the model remembers both.
//!
//! ```console
//! cargo run --example chat -- us.amazon.nova-lite-v1:0
//! ```
//!
//! Credentials, region and endpoint are found as the AWS CLI finds them. Control-D ends the conversation.

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;

use bedrill::converse::MessageBuilder;
use bedrill::{Client, ConverseRequest, ConverseResponse, Message};

const DEFAULT_MODEL: &str = "us.amazon.nova-lite-v1:0";

fn main() -> ExitCode {
    let model = std::env::args().nth(1).unwrap_or_else(|| DEFAULT_MODEL.to_owned());
    match run(&model) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "chat: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(model: &str) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(converse(model))
}

async fn converse(model: &str) -> Result<(), Box<dyn Error>> {
    let client = Client::from_env().await?;
    let mut history: Vec<Message> = Vec::new();
    prompt()?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        if !line.trim().is_empty() {
            history.push(Message::user(line));
            match ask(&client, model, &history).await {
                Ok(answer) => history.extend(answer.into_message()),
                Err(error) => {
                    // The question goes too: the roles of a conversation take turns.
                    history.pop();
                    writeln!(io::stderr(), "\nchat: {error}")?;
                }
            }
        }
        prompt()?;
    }
    Ok(())
}

fn prompt() -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    write!(stdout, "> ")?;
    stdout.flush()
}

/// Sends the whole conversation, prints the answer as it arrives, and returns it.
async fn ask(client: &Client, model: &str, history: &[Message]) -> Result<ConverseResponse, Box<dyn Error>> {
    let request = ConverseRequest::new(model)
        .system("Answer in a few sentences.")
        .messages(history.iter().cloned())
        .max_tokens(1024);
    let mut stream = client.converse_stream(&request).await?;
    let mut message = MessageBuilder::new();
    let mut stdout = io::stdout().lock();
    while let Some(event) = stream.next().await {
        let event = event?;
        if let Some(text) = event.as_text() {
            stdout.write_all(text.as_bytes())?;
            stdout.flush()?;
        }
        message.apply(&event)?;
    }
    writeln!(stdout)?;
    Ok(message.finish()?)
}
