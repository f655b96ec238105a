//! `bedrill chat`: one question, one answer, streamed as it comes.

use std::io::{self, IsTerminal as _, Read as _};
use std::sync::Arc;
use std::time::Instant;

use bedrill::auth::{Auth, Chain, Host};
use bedrill::config::{Cost, Located};
use bedrill::converse::{
    ContentBlock, ContentBlockDelta, ConverseOutput, ConverseRequest, ConverseStreamEvent,
    InferenceConfiguration, Message, MessageBuilder, ReasoningContentDelta, Role, StopReason, ThinkingLevel,
    TokenUsage,
};
use bedrill::credentials::Credentials;
use bedrill::model_id::ModelId;
use bedrill::{Client, ConverseStream};
use serde_json::{Value, json};

use crate::args::{Chat, Common, Thinking};
use crate::attachment;
use crate::config::{self, Configuration};
use crate::environment::Environment;
use crate::failure::Failure;
use crate::terminal::{Output, note};
use crate::transport::{Record, Recording, Replay};

/// Asks, and prints the answer to stdout.
pub(crate) async fn run(arguments: Chat, common: Common) -> Result<(), Failure> {
    let environment = Environment::read(common.env_file.as_deref())?;
    let configuration = config::load(&common, &environment)?;
    let environment = Arc::new(environment.with_region(configuration.values.provider.base_url_region()));
    let request = request(&arguments, &*environment, &configuration)?;
    let client = client(&arguments, &common, environment, &configuration)?;
    let answer = Answer {
        output: Output::stdout(),
        verbose: common.verbose,
        quiet: common.quiet,
        usage: arguments.usage,
        cost: prices(&configuration, request.model_id()),
    };
    if arguments.no_stream {
        let output = client.converse(&request).await?;
        return answer.whole(&output, arguments.json);
    }
    let stream = client.converse_stream(&request).await?;
    answer.streamed(stream, arguments.json).await
}

/// The client of the command line: its flags before the configuration, and that before the environment.
fn client(
    arguments: &Chat,
    common: &Common,
    environment: Arc<Environment>,
    configuration: &Configuration,
) -> Result<Client, Failure> {
    let mut builder = Client::builder();
    if let Some(path) = &arguments.replay {
        // Nothing is sent, so nothing needs to be signed in earnest.
        builder = builder.auth(Auth::SigV4(Credentials::new("REPLAY", "replay")));
        builder = builder.transport(Arc::new(Replay::open(path)?));
    } else if let Some(path) = &arguments.record {
        let record = Record::create(path)?;
        builder = builder.wrap_transport(|inner| Arc::new(Recording::new(inner, record)));
    }
    if let Some(region) = &common.region {
        builder = builder.region(region);
    }
    if let Some(profile) = &common.profile {
        builder = builder.profile(profile);
    }
    if !configuration.values.prefers_bearer() {
        let chain = Chain::builder().host(Arc::<Environment>::clone(&environment)).no_bearer();
        let chain = match &common.profile {
            Some(profile) => chain.profile(profile),
            None => chain,
        };
        builder = builder.chain(chain.build());
    }
    let base_url = configuration.values.provider.custom_base_url().map(Located::value);
    if let Some(url) = common.endpoint_url.as_ref().or(base_url) {
        builder = builder.endpoint_url(url);
    }
    Ok(builder.host(environment).build()?)
}

/// The model to ask: the flag's, the variable's, or the configuration's.
fn model(arguments: &Chat, host: &dyn Host, configuration: &Configuration) -> Result<String, Failure> {
    let configured = configuration.values.primary_model();
    let named = arguments.model.clone().or_else(|| host.setting("BEDRILL_MODEL"));
    if let Some(model) = named.or_else(|| configured.map(str::to_owned)) {
        return Ok(model);
    }
    // A recording needs no model.
    if arguments.replay.is_some() {
        return Ok("replay".to_owned());
    }
    let of_others = configuration.values.primary.as_ref().map(|primary| {
        let origin = configuration.origin(primary);
        format!("; {:?} at {origin} does not begin with amazon-bedrock/", primary.value())
    });
    Err(Failure::usage(format!(
        "no model: name one with -m, in BEDRILL_MODEL or as the configuration's agents.defaults.model.primary, for \
         example -m us.amazon.nova-lite-v1:0{}",
        of_others.unwrap_or_default()
    )))
}

/// What the configuration says that `model` costs.
fn prices(configuration: &Configuration, model: &str) -> Option<Cost> {
    let id = ModelId::parse(model).ok()?;
    configuration.values.manual_model(id.as_str())?.cost.filter(Cost::is_known)
}

/// The request that the flags, the files and stdin make together.
fn request(
    arguments: &Chat,
    host: &dyn Host,
    configuration: &Configuration,
) -> Result<ConverseRequest, Failure> {
    let model = model(arguments, host, configuration)?;
    let mut request = ConverseRequest::new(model).message(message(arguments)?);
    if let Some(system) = &arguments.system {
        request = request.system(system.as_str());
    }
    let mut inference = InferenceConfiguration::new();
    inference.max_tokens = arguments.max_tokens;
    inference.temperature = arguments.temperature;
    inference.top_p = arguments.top_p;
    inference.stop_sequences = (!arguments.stop.is_empty()).then(|| arguments.stop.clone());
    if inference != InferenceConfiguration::new() {
        request = request.inference(inference);
    }
    if let Some(level) = arguments.thinking {
        request = request.thinking(match level {
            Thinking::Off => ThinkingLevel::Off,
            Thinking::Minimal => ThinkingLevel::Minimal,
            Thinking::Low => ThinkingLevel::Low,
            Thinking::Medium => ThinkingLevel::Medium,
            Thinking::High => ThinkingLevel::High,
            Thinking::Max => ThinkingLevel::Max,
        });
    }
    Ok(request)
}

/// The user's message: attachments first, as the models' makers advise, then the text.
fn message(arguments: &Chat) -> Result<Message, Failure> {
    let mut blocks = Vec::new();
    for path in &arguments.image {
        blocks.push(attachment::image(path)?);
    }
    for (position, path) in arguments.document.iter().enumerate() {
        blocks.push(attachment::document(path, position)?);
    }
    let text = prompt(arguments)?;
    if text.trim().is_empty() && arguments.replay.is_none() {
        return Err(Failure::usage("no prompt: give one as an argument, on stdin, or both"));
    }
    blocks.push(ContentBlock::Text(text));
    Ok(Message::new(Role::User, blocks))
}

/// The prompt from the arguments, from stdin when it is not a terminal, or from both with a blank line between.
fn prompt(arguments: &Chat) -> Result<String, Failure> {
    let words = arguments.prompt.join(" ");
    let stdin = io::stdin();
    // A recording brings its own question, and may itself be on stdin.
    if stdin.is_terminal() || arguments.replay.is_some() {
        return Ok(words);
    }
    let mut piped = String::new();
    stdin
        .lock()
        .read_to_string(&mut piped)
        .map_err(|error| Failure::usage(format!("the prompt on stdin cannot be read: {error}")))?;
    Ok(match (words.is_empty(), piped.trim().is_empty()) {
        (_, true) => words,
        (true, false) => piped,
        (false, false) => format!("{words}\n\n{piped}"),
    })
}

/// Where an answer goes, and how much is said about it.
struct Answer {
    output: Output,
    verbose: bool,
    quiet: bool,
    usage: bool,
    cost: Option<Cost>,
}

impl Answer {
    /// Prints the text as it comes; with `json`, the whole answer at its end.
    async fn streamed(mut self, mut stream: ConverseStream, json: bool) -> Result<(), Failure> {
        let started = Instant::now();
        let mut message = MessageBuilder::new();
        let mut reasoning = false;
        while let Some(event) = stream.next().await {
            let event = match event {
                Ok(event) => event,
                Err(error) => return Err(self.failed(error.into())),
            };
            if !json {
                reasoning = self.show(&event, reasoning)?;
            }
            if let Err(error) = message.apply(&event) {
                return Err(self.failed(Failure::failed(error.to_string())));
            }
        }
        if let Some(warning) = stream.warning() {
            self.note(&format!("the answer is complete, but the connection broke behind it: {warning}"));
        }
        let output = match message.finish() {
            Ok(output) => output,
            Err(error) => return Err(self.failed(Failure::failed(error.to_string()))),
        };
        if json {
            self.output.line(&self.document(&output).to_string()).map_err(|error| Failure::output(&error))?;
        }
        if self.verbose {
            self.note(&format!(
                "{} events in {:.1} s; request id {}",
                stream.events_delivered(),
                started.elapsed().as_secs_f64(),
                stream.request_id().unwrap_or("unknown")
            ));
        }
        self.close(&output)
    }

    /// Prints an answer that came at once.
    fn whole(mut self, output: &ConverseOutput, json: bool) -> Result<(), Failure> {
        let text = if json { self.document(output).to_string() } else { output.text() };
        self.output.write(&text).map_err(|error| Failure::output(&error))?;
        self.close(output)
    }

    /// Answer text goes to stdout; with `--verbose`, thoughts go to stderr. Says whether a line of thought is open.
    fn show(&mut self, event: &ConverseStreamEvent, reasoning: bool) -> Result<bool, Failure> {
        if let Some(text) = event.as_text() {
            if reasoning && !text.is_empty() {
                note("");
            }
            self.output.write(text).map_err(|error| Failure::output(&error))?;
            return Ok(reasoning && text.is_empty());
        }
        if self.verbose
            && let ConverseStreamEvent::ContentBlockDelta(delta) = event
            && let ContentBlockDelta::ReasoningContent(ReasoningContentDelta::Text(text)) = &delta.delta
        {
            crate::terminal::thought(text);
            return Ok(true);
        }
        Ok(reasoning)
    }

    /// What came stays on stdout, on a line of its own.
    fn failed(&mut self, failure: Failure) -> Failure {
        match self.output.end_line() {
            Ok(()) => failure,
            Err(error) => Failure::output(&error),
        }
    }

    fn close(mut self, output: &ConverseOutput) -> Result<(), Failure> {
        self.output.end_line().map_err(|error| Failure::output(&error))?;
        if let Some(reason) = cut_short(&output.stop_reason) {
            self.note(reason);
        }
        if let (true, Some(usage)) = (self.verbose || self.usage, &output.usage) {
            let cost = self.cost.map(|cost| format!("; {}", dollars(cost.of(usage))));
            // What was asked for is said with --quiet too.
            let line = format!("bedrill: {}{}", tokens(usage), cost.unwrap_or_default());
            note(&line);
        }
        Ok(())
    }

    /// The answer in the shape of Converse's, with `cost` beside `usage` when the price is known.
    fn document(&self, output: &ConverseOutput) -> Value {
        let mut document = output.to_json();
        if let (Some(cost), Some(usage), Some(members)) = (self.cost, &output.usage, document.as_object_mut())
        {
            members.insert("cost".to_owned(), json!({ "usd": cost.of(usage) }));
        }
        document
    }

    fn note(&self, line: &str) {
        if !self.quiet {
            note(&format!("bedrill: {line}"));
        }
    }
}

/// What a user should know about an answer that did not end by itself.
fn cut_short(reason: &StopReason) -> Option<&'static str> {
    match reason {
        StopReason::MaxTokens => Some("the answer stops at the limit of tokens; --max-tokens raises it"),
        StopReason::GuardrailIntervened => Some("a guardrail stepped in"),
        StopReason::ContentFiltered => Some("the service filtered the answer"),
        StopReason::MalformedModelOutput | StopReason::MalformedToolUse => {
            Some("the model wrote something that the service could not read")
        }
        StopReason::ModelContextWindowExceeded => {
            Some("the conversation no longer fits the model's context window")
        }
        _ => None,
    }
}

/// An amount with as many digits as tell something: answers cost fractions of a cent.
fn dollars(amount: f64) -> String {
    let digits = if amount < 0.01 { 6 } else { 4 };
    format!("{amount:.digits$} USD")
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
