//! `bedrill chat`: one question, one answer, streamed as it arrives.

use std::sync::{Arc, OnceLock};

use bedrill::auth::Auth;
use bedrill::catalog::Cost;
use bedrill::client::{FitPolicy, Notice, RetryPolicy, SettingOrigin};
use bedrill::converse::InferenceConfiguration;
use bedrill::credentials::Credentials;
use bedrill::endpoint::Plane;
use bedrill::machine::{Machine, StaticMachine};
use bedrill::model_id::{ModelId, RequestedModel};
use bedrill::{Client, ConverseRequest, Message};

use crate::failure::Failure;
use crate::flags::{Chat, Common};
use crate::screen::answer::Answer;
use crate::screen::pricing::Pricing;
use crate::screen::terminal::note;
use crate::setup::configuration::Configuration;
use crate::setup::discovery::{self, Discovery};
use crate::setup::environment::Environment;
use crate::setup::{configuration, prompt};
use crate::tape::record::{Record, Recording};
use crate::tape::replay::Replay;

/// Asks, and prints the answer to stdout.
pub(crate) fn run(arguments: &Chat, common: &Common) -> Result<(), Failure> {
    prompt::check_stdin(arguments, common)?;
    // A replay must not depend on the machine it runs on: its variables and files are ignored.
    let environment = match &arguments.replay {
        Some(_) => None,
        None => Some(Arc::new(Environment::read(common)?)),
    };
    let (host, configuration): (Arc<dyn Machine>, Configuration) = match &environment {
        None => (Arc::new(StaticMachine::new()), Configuration::default()),
        Some(environment) => (Arc::clone(environment) as _, configuration::load(common, &**environment)?),
    };
    let model = RequestedModel::from(model(arguments, &*host, &configuration)?);
    // What cannot be written is reported before stdin is waited for.
    let record = arguments.record.as_deref().map(|path| Record::open(path, common.quiet)).transpose()?;
    let system = prompt::system(arguments, common)?;
    let message = prompt::message(arguments, common)?;
    let used = Arc::new(OnceLock::new());
    let client = client(arguments, common, host, &configuration, record.clone(), Arc::clone(&used))?;
    crate::runtime::in_runtime(async {
        let model = if arguments.replay.is_some() || discovery::is_whole(&model, &configuration) {
            model
        } else {
            let mut discovery = Discovery::new(client.clone(), common, &configuration);
            if let Some(project) = &arguments.project {
                discovery = discovery.with_project(project);
            }
            discovery.model_id(model.as_str()).await?.into()
        };
        let mut request = request(arguments, model, system, message);
        if common.verbose {
            request = request.show_thoughts();
        }
        let pricing = pricing(&client, &configuration, &request);
        let answer = Answer::new(common)
            .with_json(arguments.json)
            .with_raw(arguments.raw)
            .with_usage(arguments.usage, pricing)
            .with_used_model(used);
        warn(&client, common).await;
        if let Some(environment) = environment.filter(|_| common.verbose) {
            tell_what_the_file_decides(&client, &environment).await;
        }
        let outcome = ask(&client, &request, answer, arguments.no_stream).await;
        match record {
            Some(record) => ended(&record, outcome).await,
            None => outcome,
        }
    })
}

/// The outcome of a recorded answer, which also fails when the recording is incomplete. If stdout's
/// reader has closed, the rest is not waited for.
async fn ended(record: &Record, outcome: Result<(), Failure>) -> Result<(), Failure> {
    if outcome.as_ref().is_err_and(|failure| failure.code() != 0) {
        record.complete().await;
    }
    let Some(problem) = record.problem() else { return outcome };
    match outcome {
        Err(failure) if failure.code() != 0 => {
            note(&format!("bedrill: {problem}"));
            Err(failure)
        }
        _ => Err(Failure::failed(problem)),
    }
}

/// Warns about the credentials: that a bearer token shadows access keys, for example, or who can see
/// them. Faults in them show when the request is sent.
async fn warn(client: &Client, common: &Common) {
    if common.quiet {
        return;
    }
    if let Ok(endpoint) = client.endpoint(Plane::Data, client.home_region())
        && !endpoint.is_https()
        && !endpoint.is_loopback()
    {
        note(&format!(
            "bedrill: warning: {} is plain http: prompts, answers and session tokens can be read on the way",
            endpoint.url()
        ));
    }
    if let Ok(resolved) = client.credentials().await {
        for warning in resolved.warnings() {
            note(&format!("bedrill: warning: {warning}"));
        }
    }
}

/// Says of region and credentials that they come from a file of variables, if they do.
async fn tell_what_the_file_decides(client: &Client, environment: &Environment) {
    let mut settings = Vec::new();
    if let (region, SettingOrigin::Variable(place)) = client.region().await {
        settings.push(format!("region {region} from {place}"));
    }
    if let Ok(resolved) = client.credentials().await {
        settings.push(format!("credentials from {}", resolved.origin()));
    }
    for setting in settings {
        let marked = environment.mark(&setting);
        if marked != setting {
            note(&format!("bedrill: {marked}"));
        }
    }
}

async fn ask(
    client: &Client,
    request: &ConverseRequest,
    answer: Answer,
    no_stream: bool,
) -> Result<(), Failure> {
    if no_stream {
        answer.whole(&client.converse(request).await?)
    } else {
        answer.streamed(client.converse_stream(request).await?).await
    }
}

/// The client, its transport replaced or wrapped if the flags ask for it.
fn client(
    arguments: &Chat,
    common: &Common,
    host: Arc<dyn Machine>,
    configuration: &Configuration,
    record: Option<Record>,
    used: Arc<OnceLock<String>>,
) -> Result<Client, Failure> {
    let mut builder =
        crate::setup::client::builder(common, host, configuration).timeouts(arguments.timeouts.limits());
    if let Some(path) = &arguments.replay {
        // Nothing is sent, so the signature does not matter.
        builder = builder.auth(Auth::SigV4(Credentials::new("REPLAY", "replay")));
        builder = builder.transport(Replay::open(path, common.quiet)?);
        // It would fail in the same way again.
        builder = builder.retry(RetryPolicy::none());
        // It does not matter what the request says.
        builder = builder.fit(FitPolicy::Off);
    } else if arguments.exact {
        builder = builder.fit(FitPolicy::Refuse);
    }
    builder = builder
        .inference_profile_fallback(arguments.profile_fallback)
        .allow_geographies(&arguments.allow_geography);
    let quiet = common.quiet;
    builder = builder.on_notice(move |notice| {
        if let Notice::InferenceProfile { used: id, .. } = notice {
            // Reported once per call.
            let _ = used.set(id.clone());
        }
        if !quiet {
            note(&format!("bedrill: {notice}"));
        }
    });
    if let Some(record) = record {
        builder = builder.wrap_transport(|inner| Recording::new(inner, record));
    }
    Ok(builder.build()?)
}

/// The model to ask: the flag's, the variable's, or the configuration's.
fn model(arguments: &Chat, host: &dyn Machine, configuration: &Configuration) -> Result<String, Failure> {
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

/// The configured price of `model`: by its ID, or by that of the model behind a profile.
fn prices(configuration: &Configuration, id: &ModelId) -> Option<Cost> {
    let configured = |id: &str| configuration.values.manual_model(id);
    let entry = configured(id.as_str()).or_else(|| configured(id.base_model()?))?;
    entry.cost.filter(Cost::is_known)
}

/// What the answer to `request` will cost, as far as that is known.
fn pricing(client: &Client, configuration: &Configuration, request: &ConverseRequest) -> Pricing {
    let Ok(id) = request.model_id.id() else { return Pricing::default() };
    let region = id.region().unwrap_or_else(|| client.home_region());
    Pricing::new(prices(configuration, id), id.as_str(), region.as_str())
}

/// The request made from the flags, the files and stdin.
fn request(
    arguments: &Chat,
    model: RequestedModel,
    system: Option<String>,
    message: Message,
) -> ConverseRequest {
    let mut request = ConverseRequest::new(model).message(message);
    if let Some(system) = system {
        request = request.system(system);
    }
    if let Some(project) = &arguments.project {
        request = request.project(project);
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
        request = request.thinking(level);
    }
    request
}
