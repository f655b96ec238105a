//! How an answer is shown: its text on stdout as it arrives, everything about it on stderr.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use bedrill::converse::{
    AssemblyError, ContentBlockDelta, ConverseStreamEvent, MessageBuilder, ReasoningContentDelta, StopReason,
    TokenUsage,
};
use bedrill::{ConverseResponse, ConverseStream, Error};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::flags::Common;
use crate::screen::ending::{Ending, is_cut, unreadable};
use crate::screen::kept::Kept;
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
    strict: bool,
    /// Whether there was more than white space.
    has_text: bool,
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
            strict: false,
            has_text: false,
            thinking: false,
        }
    }

    /// Prints the whole answer as one JSON document, in place of its text.
    pub(crate) fn with_json(mut self, json: bool) -> Self {
        self.json = json;
        self
    }

    /// Makes it a failure when something is missing of a complete answer.
    pub(crate) fn with_strict(mut self, strict: bool) -> Self {
        self.strict = strict;
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
        let output = match self.receive(&mut stream).await {
            Ok(output) => output,
            Err(broken) => return Err(self.broken(*broken)),
        };
        let ending = Ending::of(&output, self.has_text, stream.warning());
        self.print_json(&output, &ending)?;
        if let Some(warning) = stream.warning().filter(|warning| is_cut(warning)) {
            // The error of a frame that was cut advises to send the request again.
            let why = if warning.event().is_none() { format!(": {warning}") } else { String::new() };
            self.note(&format!("the answer is complete, but the connection broke afterwards{why}"));
        }
        if self.verbose {
            self.note(&format!(
                "{} events in {:.1} s; request id {}",
                stream.events_delivered(),
                started.elapsed().as_secs_f64(),
                stream.request_id().unwrap_or("unknown")
            ));
        }
        self.end(&output, &ending)
    }

    /// Prints an answer that arrived at once.
    pub(crate) fn whole(mut self, output: &ConverseResponse) -> Result<(), Failure> {
        let text = output.text();
        self.has_text = !text.trim().is_empty();
        let ending = Ending::of(output, self.has_text, None);
        if !self.json {
            let printed = self.output.write(&text).and_then(|()| self.output.end_line());
            printed.map_err(|error| Failure::output(&error))?;
        }
        self.print_json(output, &ending)?;
        self.end(output, &ending)
    }

    /// Reads the stream to its end, showing it meanwhile. When it breaks off, the text so far stays on stdout, on a
    /// line of its own. What is not printed at the end is not in the output: an answer takes no more memory the longer
    /// it gets.
    pub(crate) async fn receive(
        &mut self,
        stream: &mut ConverseStream,
    ) -> Result<ConverseResponse, Box<Broken>> {
        let mut message = MessageBuilder::new();
        let read = self.read(stream, &mut message).await;
        self.end_thought();
        // A failure to write stdout was reported when the text was printed.
        let _ = self.output.end_line();
        read.map_err(|(failure, error)| Box::new(Broken { message, failure, error }))
    }

    async fn read(
        &mut self,
        stream: &mut ConverseStream,
        message: &mut MessageBuilder,
    ) -> Result<ConverseResponse, (Failure, Value)> {
        let unfit = |error: AssemblyError| {
            let said = error.to_string();
            (Failure::failed(said.as_str()), json!({ "message": said }))
        };
        let mut kept = Kept::default();
        while let Some(event) = stream.next().await {
            let mut event = event.map_err(|error| {
                let shown = error_json(&error);
                (Failure::from(error), shown)
            })?;
            self.has_text |= event.as_text().is_some_and(|text| !text.trim().is_empty());
            if !self.json {
                self.show(&event).map_err(|failure| (failure, Value::Null))?;
                if !kept.keep(&mut event) {
                    continue;
                }
            }
            message.apply(&event).map_err(unfit)?;
        }
        match message.finish() {
            // An input that is not kept whole is not judged.
            Err(AssemblyError::ToolInput { .. }) if kept.is_partial() => {
                let reason = message.stop_reason().cloned().unwrap_or(StopReason::EndTurn);
                let mut output = ConverseResponse::new(message.message(), reason);
                output.usage = message.usage().cloned();
                Ok(output)
            }
            finished => finished.map_err(unfit),
        }
    }

    /// Prints as JSON what came of an answer that is not complete. Returns why it is not.
    fn broken(&mut self, Broken { message, failure, error }: Broken) -> Failure {
        // Nothing can be printed where stdout itself is the problem.
        if !self.json || error.is_null() {
            return failure;
        }
        let mut document = json!({ "output": { "message": message.message() }, "error": error });
        if let Some(reason) = message.stop_reason() {
            document["stopReason"] = json!(reason);
        }
        if let Some(usage) = message.usage() {
            document["usage"] = json!(usage);
        }
        match self.output.json(&document) {
            Ok(()) => failure,
            Err(error) => Failure::output(&error),
        }
    }

    /// With `--json`, prints the answer, and what there is to say about it.
    fn print_json(&mut self, output: &ConverseResponse, ending: &Ending) -> Result<(), Failure> {
        if !self.json {
            return Ok(());
        }
        let mut document = self.document(output);
        if !ending.remarks.is_empty() {
            document["warnings"] = json!(ending.remarks);
        }
        if ending.is_failure {
            document["error"] = json!({ "message": ending.remarks.join("; ") });
        }
        self.output.json(&document).map_err(|error| Failure::output(&error))
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

    /// Prints the notes on a complete answer to stderr, and says whether it is a failure.
    fn end(&self, output: &ConverseResponse, ending: &Ending) -> Result<(), Failure> {
        for remark in &ending.remarks {
            // What is wrong with the answer is reported with --quiet too.
            note(&format!("bedrill: {remark}"));
        }
        if let (true, Some(usage)) = (self.verbose || self.usage, &output.usage) {
            let cost = self.bill(output).map(|Bill { usd, prices_as_of }| {
                let day = prices_as_of.map(|day| format!(" (prices of {day})")).unwrap_or_default();
                format!("; {}{day}", dollars(usd))
            });
            // What the user asked for is reported with --quiet too.
            note(&format!("bedrill: {}{}", tokens(usage), cost.unwrap_or_default()));
        }
        if ending.is_failure || (self.strict && !ending.remarks.is_empty()) {
            return Err(Failure::noted());
        }
        Ok(())
    }

    /// The answer in the shape of Converse's, with `cost` beside `usage` when the price is known, and
    /// `invokedModelId` when a different model than the requested one was invoked.
    fn document(&self, output: &ConverseResponse) -> Value {
        let mut document = output.to_json();
        if let Some(members) = document.as_object_mut() {
            for name in unreadable(output) {
                members.remove(name);
            }
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

/// An answer that is not complete.
#[derive(Debug)]
pub(crate) struct Broken {
    /// What came of it, as far as it is kept.
    message: MessageBuilder,
    pub(crate) failure: Failure,
    /// The failure for `--json`; null when nothing can be printed.
    error: Value,
}

/// An error for `--json`.
fn error_json(error: &Error) -> Value {
    let mut shown = json!({ "message": error.to_string() });
    for (name, value) in [("code", error.code()), ("requestId", error.request_id())] {
        if let Some(value) = value {
            shown[name] = json!(value);
        }
    }
    shown
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
