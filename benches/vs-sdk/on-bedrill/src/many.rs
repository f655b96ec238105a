//! `many MODEL STREAMS`: holds that many streams at once, and prints how many text deltas came.

use std::error::Error;

use bedrill::{Client, ConverseRequest};

#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(model), Some(streams)) = (arguments.next(), arguments.next()) else {
        return Err("usage: many MODEL STREAMS".into());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    println!("{}", runtime.block_on(hold(&model, streams.parse()?))?);
    Ok(())
}

async fn hold(model: &str, streams: usize) -> Result<usize, Box<dyn Error>> {
    let client = Client::from_env().await?;
    let tasks: Vec<_> =
        (0..streams).map(|_| tokio::spawn(deltas(client.clone(), model.to_owned()))).collect();
    let mut total = 0;
    for task in tasks {
        total += task.await??;
    }
    Ok(total)
}

async fn deltas(client: Client, model: String) -> Result<usize, bedrill::Error> {
    let request = ConverseRequest::new(model).message("go on");
    let mut stream = client.converse_stream(&request).await?;
    let mut count = 0;
    while let Some(event) = stream.next().await {
        if event?.as_text().is_some() {
            count += 1;
        }
    }
    Ok(count)
}
