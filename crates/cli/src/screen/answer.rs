//! How an answer is shown: its text on stdout as it arrives, everything about it on stderr.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bedrill::converse::{
    AssemblyError, ContentBlockDelta, ConverseStreamEvent, MessageBuilder, ReasoningContentDelta, StopReason,
    TokenUsage,
};
use bedrill::{ConverseResponse, ConverseStream};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::flags::Common;
use crate::screen::pricing::{Bill, Pricing};
use crate::screen::terminal::{Output, note, thought};

/// Where an answer goes, and how much is reported about it.
pub(crate) struct Answer {
    output: Output,
    json: bool,
    usage: bool,
    pricing: Pricing,
    /// The model that was invoked instead of the requested one, once known.
    used_model: Arc<OnceLock<String>>,
    verbose: bool,
    quiet: bool,
    /// Whether a line of reasoning on stderr is still open.
    thinking: bool,
}

impl Answer {
    /// An answer of which stderr says as much as `common` asks for.
    pub(crate) fn new(common: &Common) -> Self {
        let Common { verbose, quiet, .. } = *common;
        Self {
            output: Output::stdout(),
            json: false,
            usage: false,
            pricing: Pricing::default(),
            used_model: Arc::default(),
            verbose,
            quiet,
            thinking: false,
        }
    }

    /// Prints the whole answer as one JSON document, in place of its text.
    pub(crate) fn with_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    /// Leaves control characters in the answer's text unchanged, even on a terminal.
    pub(crate) fn with_raw(mut self, raw: bool) -> Self {
        self.output.set_raw(raw);
        self
    }

    /// Reports how many tokens were used, and what they cost where `pricing` knows it.
    pub(crate) fn with_usage(mut self, usage: bool, pricing: Pricing) -> Self {
        self.usage = usage;
        self.pricing = pricing;
        self
    }

    /// Reports in JSON which model was invoked instead of the requested one.
    pub(crate) fn with_used_model(mut self, used_model: Arc<OnceLock<String>>) -> Self {
        self.used_model = used_model;
        self
    }

    /// Prints the text as it comes, or the whole answer as JSON at its end.
    pub(crate) async fn streamed(mut self, mut stream: ConverseStream) -> Result<(), Failure> {
        let started = Instant::now();
        let output = self.receive(&mut stream).await?;
        if self.json {
            self.output.json(&self.document(&output)).map_err(|error| Failure::output(&error))?;
        }
        if let Some(warning) = stream.warning() {
            self.note(&format!("the answer is complete, but the connection broke afterwards: {warning}"));
        }
        if self.verbose {
            self.note(&format!(
                "{} events in {:.1} s; request id {}",
                stream.events_delivered(),
                started.elapsed().as_secs_f64(),
                stream.request_id().unwrap_or("unknown")
            ));
        }
        self.comment(&output);
        Ok(())
    }

    /// Prints an answer that arrived at once.
    pub(crate) fn whole(mut self, output: &ConverseResponse) -> Result<(), Failure> {
        let printed = if self.json {
            self.output.json(&self.document(output))
        } else {
            self.output.write(&output.text()).and_then(|()| self.output.end_line())
        };
        printed.map_err(|error| Failure::output(&error))?;
        self.comment(output);
        Ok(())
    }

    /// Reads the stream to its end, showing it meanwhile. When it breaks off, the text so far stays on stdout, on a
    /// line of its own. What was shown as text is not in the output: an answer takes no more memory the longer it gets.
    pub(crate) async fn receive(&mut self, stream: &mut ConverseStream) -> Result<ConverseResponse, Failure> {
        let received = self.read(stream).await;
        self.end_thought();
        // A failure to write stdout was reported when the text was printed.
        let _ = self.output.end_line();
        received
    }

    async fn read(&mut self, stream: &mut ConverseStream) -> Result<ConverseResponse, Failure> {
        let unfit = |error: AssemblyError| Failure::failed(error.to_string());
        let mut message = MessageBuilder::new();
        while let Some(event) = stream.next().await {
            let mut event = event?;
            if !self.json {
                self.show(&event)?;
                forget_text(&mut event);
            }
            message.apply(&event).map_err(unfit)?;
        }
        message.finish().map_err(unfit)
    }

    /// Answer text goes to stdout; with `--verbose`, reasoning goes to stderr.
    fn show(&mut self, event: &ConverseStreamEvent) -> Result<(), Failure> {
        if let Some(text) = event.as_text().filter(|text| !text.is_empty()) {
            self.end_thought();
            self.output.write(text).map_err(|error| Failure::output(&error))?;
        } else if self.verbose
            && let ConverseStreamEvent::ContentBlockDelta(delta) = event
            && let ContentBlockDelta::ReasoningContent(ReasoningContentDelta::Text(text)) = &delta.delta
        {
            thought(text);
            self.thinking = true;
        }
        Ok(())
    }

    fn end_thought(&mut self) {
        if std::mem::take(&mut self.thinking) {
            note("");
        }
    }

    /// Prints the notes on a complete answer to stderr.
    fn comment(&self, output: &ConverseResponse) {
        if let Some(reason) = cut_short(&output.stop_reason) {
            self.note(reason);
        }
        if let (true, Some(usage)) = (self.verbose || self.usage, &output.usage) {
            let cost = self.bill(output).map(|Bill { usd, prices_as_of }| {
                let day = prices_as_of.map(|day| format!(" (prices of {day})")).unwrap_or_default();
                format!("; {}{day}", dollars(usd))
            });
            // What the user asked for is reported with --quiet too.
            note(&format!("bedrill: {}{}", tokens(usage), cost.unwrap_or_default()));
        }
    }

    /// The answer in the shape of Converse's, with `cost` beside `usage` when the price is known, and
    /// `invokedModelId` when a different model than the requested one was invoked.
    fn document(&self, output: &ConverseResponse) -> Value {
        let mut document = output.to_json();
        if let Some(members) = document.as_object_mut() {
            if let Some(Bill { usd, prices_as_of }) = self.bill(output) {
                let mut cost = json!({ "usd": usd });
                if let Some(day) = prices_as_of {
                    cost["pricesAsOf"] = json!(day);
                }
                members.insert("cost".to_owned(), cost);
            }
            if let Some(model) = self.used_model.get() {
                members.insert("invokedModelId".to_owned(), json!(model));
            }
        }
        document
    }

    fn bill(&self, output: &ConverseResponse) -> Option<Bill> {
        self.pricing.bill(output, self.used_model.get().map(String::as_str))
    }

    fn note(&self, line: &str) {
        if !self.quiet {
            note(&format!("bedrill: {line}"));
        }
    }
}

impl Drop for Answer {
    /// However an answer ends, the next output begins on a line of its own.
    fn drop(&mut self) {
        self.end_thought();
        // A failure to write stdout was reported when the text was printed.
        let _ = self.output.end_line();
    }
}

/// Replaces a delta's text with an empty one, which preserves the order of the events.
fn forget_text(event: &mut ConverseStreamEvent) {
    if let ConverseStreamEvent::ContentBlockDelta(delta) = event
        && let ContentBlockDelta::Text(text)
        | ContentBlockDelta::ReasoningContent(ReasoningContentDelta::Text(text)) = &mut delta.delta
    {
        *text = String::new();
    }
}

/// What the user should know about an answer that did not end normally.
fn cut_short(reason: &StopReason) -> Option<&'static str> {
    match reason {
        StopReason::MaxTokens => Some("the answer stopped at the token limit; --max-tokens raises it"),
        StopReason::GuardrailIntervened => Some("a guardrail intervened"),
        StopReason::ContentFiltered => Some("the service filtered the answer"),
        StopReason::MalformedModelOutput | StopReason::MalformedToolUse => {
            Some("the service could not parse what the model wrote")
        }
        StopReason::ModelContextWindowExceeded => {
            Some("the conversation no longer fits the model's context window")
        }
        _ => None,
    }
}

fn tokens(usage: &TokenUsage) -> String {
    let mut text = format!(
        "tokens: {} in, {} out, {} in all",
        usage.input_tokens, usage.output_tokens, usage.total_tokens
    );
    for (count, what) in [
        (usage.cache_read_input_tokens, "read from the cache"),
        (usage.cache_write_input_tokens, "written to the cache"),
    ] {
        if let Some(count) = count.filter(|count| *count > 0) {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    text
}

/// An amount with only its significant digits: answers cost fractions of a cent.
fn dollars(amount: f64) -> String {
    let digits = if amount < 0.01 { 6 } else { 4 };
    format!("{amount:.digits$} USD")
}
