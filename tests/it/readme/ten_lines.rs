use std::io::{Write as _, stdout};

use bedrill::{Client, ConverseRequest};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::from_env().await?;
    let request = ConverseRequest::new("us.amazon.nova-lite-v1:0").message("Why is the sky blue?");
    let mut stream = client.converse_stream(&request).await?;
    while let Some(event) = stream.next().await {
        print!("{}", event?.as_text().unwrap_or_default());
        stdout().flush()?;
    }
    println!();
    Ok(())
}
