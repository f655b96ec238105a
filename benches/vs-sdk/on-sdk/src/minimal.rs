//! `sdk-minimal MODEL PROMPT`: what `examples/minimal.rs` does, on the AWS SDK.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use aws_config::BehaviorVersion;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::error::DisplayErrorContext;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, ConverseStreamOutput, Message};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let outcome = match (arguments.next(), arguments.next()) {
        (Some(model), Some(prompt)) => run(&model, &prompt),
        _ => Err("usage: sdk-minimal MODEL PROMPT".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "sdk-minimal: {}", DisplayErrorContext(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(model: &str, prompt: &str) -> Result<(), Box<dyn Error>> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(answer(model, prompt))
}

async fn answer(model: &str, prompt: &str) -> Result<(), Box<dyn Error>> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let message = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text(prompt.to_owned()))
        .build()?;
    let mut output = client.converse_stream().model_id(model).messages(message).send().await?;
    let mut stdout = io::stdout().lock();
    while let Some(event) = output.stream.recv().await? {
        if let ConverseStreamOutput::ContentBlockDelta(event) = event
            && let Some(Ok(text)) = event.delta().map(|delta| delta.as_text())
        {
            stdout.write_all(text.as_bytes())?;
            stdout.flush()?;
        }
    }
    Ok(writeln!(stdout)?)
}
