//! `sdk-many MODEL STREAMS`: what `on-bedrill/src/many.rs` does, on the AWS SDK.

use std::error::Error;

use aws_config::BehaviorVersion;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, ConverseStreamOutput, Message};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(model), Some(streams)) = (arguments.next(), arguments.next()) else {
        return Err("usage: sdk-many MODEL STREAMS".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("{}", runtime.block_on(hold(&model, streams.parse()?))?);
    Ok(())
}

async fn hold(model: &str, streams: usize) -> Result<usize, Box<dyn Error>> {
    let config = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let client = Client::new(&config);
    let tasks: Vec<_> =
        (0..streams).map(|_| tokio::spawn(deltas(client.clone(), model.to_owned()))).collect();
    let mut total = 0;
    for task in tasks {
        total += task.await?.map_err(|error| error.to_string())?;
    }
    Ok(total)
}

async fn deltas(client: Client, model: String) -> Result<usize, Box<dyn Error + Send + Sync>> {
    let message = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text("go on".to_owned()))
        .build()?;
    let mut output = client.converse_stream().model_id(model).messages(message).send().await?;
    let mut count = 0;
    while let Some(event) = output.stream.recv().await? {
        if let ConverseStreamOutput::ContentBlockDelta(event) = event
            && event.delta().is_some_and(|delta| delta.is_text())
        {
            count += 1;
        }
    }
    Ok(count)
}
