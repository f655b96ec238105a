//! `bedrill chat`: one question, one answer, streamed as it arrives.

use std::sync::{Arc, OnceLock};

use bedrill::auth::Auth;
use bedrill::catalog::{Cost, ManualModel};
use bedrill::client::{FitPolicy, Notice, RetryPolicy, SettingOrigin};
use bedrill::config::CacheRetention;
use bedrill::converse::{CachePoint, CacheTtl, InferenceConfiguration};
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
        let mut request = request(arguments, &configuration, model, system, message);
        if common.verbose {
            request = request.show_thoughts();
        }
        let pricing = pricing(&client, &configuration, &request);
        let answer = Answer::new(common)
            .with_json(arguments.json)
            .with_raw(arguments.raw)
            .with_strict(arguments.strict)
            .with_usage(arguments.usage, pricing)
            .with_used_model(used);
        warn(&client, &request, &configuration, common).await;
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

/// Warns about the credentials: that a bearer token shadows access keys, for example. Faults in them show when the request
/// is sent.
async fn warn(client: &Client, request: &ConverseRequest, configuration: &Configuration, common: &Common) {
    if common.quiet {
        return;
    }
    let region = request.model_id.id().map_or_else(|_| client.home_region(), |id| client.region_for(id));
    if client.endpoint_setting(Plane::Data).is_none()
        && let Some(warning) = crate::setup::client::warning_of_base_url(configuration, region)
    {
        note(&format!("bedrill: warning: {warning}"));
    }
    let told = crate::setup::client::warn_of_files(client, common);
    if let Ok(resolved) = client.credentials().await {
        let other_region = crate::setup::client::warning_of_region(resolved.auth(), region);
        for warning in resolved.warnings().iter().chain(&other_region).filter(|warning| told != Some(warning))
        {
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
    if let Some(model) = arguments.model.clone().or_else(|| host.setting("BEDRILL_MODEL")) {
        let of_alias = configuration.values.requests.model_of_alias(&model).map(str::to_owned);
        return Ok(of_alias.unwrap_or(model));
    }
    if let Some((model, _)) = configuration.model() {
        return Ok(model.to_owned());
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
    configured_model(configuration, id)?.cost.filter(Cost::is_known)
}

/// What the answer to `request` will cost, as far as that is known.
fn pricing(client: &Client, configuration: &Configuration, request: &ConverseRequest) -> Pricing {
    let Ok(id) = request.model_id.id() else { return Pricing::default() };
    let region = id.region().unwrap_or_else(|| client.home_region());
    Pricing::new(prices(configuration, id), id.as_str(), region.as_str())
}

fn configured_model<'a>(configuration: &'a Configuration, id: &ModelId) -> Option<&'a ManualModel> {
    let configured = |id: &str| configuration.values.manual_model(id);
    configured(id.as_str()).or_else(|| configured(id.base_model()?))
}

/// The mark up to which the model's service keeps the prompt, where the model is of a family that has such marks.
/// Source: [prompt caching](https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html).
fn cache_point(retention: CacheRetention, id: Option<&ModelId>) -> Option<CachePoint> {
    let base = id.and_then(|id| id.base_model());
    let is_nova = base.is_some_and(|base| base.starts_with("amazon.nova"));
    let is_claude = base.is_none_or(|base| base.starts_with("anthropic."));
    match retention {
        CacheRetention::Short if is_nova || is_claude => Some(CachePoint::default()),
        // Nova keeps it for five minutes in any case.
        CacheRetention::Long if is_nova => Some(CachePoint::default()),
        CacheRetention::Long if is_claude => Some(CachePoint::default().with_ttl(CacheTtl::OneHour)),
        _ => None,
    }
}

/// The request made from the flags, the configuration, the files and stdin.
fn request(
    arguments: &Chat,
    configuration: &Configuration,
    model: RequestedModel,
    system: Option<String>,
    message: Message,
) -> ConverseRequest {
    let settings = &configuration.values.requests;
    let id = model.id().ok().cloned();
    let params = settings.params_for(id.as_ref().map_or(model.as_str(), ModelId::as_str));
    let entry = id.as_ref().and_then(|id| configured_model(configuration, id));
    let mut request = ConverseRequest::new(model).message(message);
    let own_system = || configuration.values.system.as_ref().map(|system| system.value().clone());
    if let Some(system) = system.or_else(own_system) {
        request = request.system(system);
    }
    if let Some(guardrail) = &settings.guardrail {
        request = request.guardrail(guardrail.value().clone());
    }
    if let Some(tier) = params.service_tier {
        request = request.service_tier(tier.into_value());
    }
    if let Some(point) =
        params.cache_retention.and_then(|retention| cache_point(*retention.value(), id.as_ref()))
    {
        if request.system.is_some() {
            request = request.system(point.clone());
        }
        if let Some(message) = request.messages.iter_mut().flatten().last() {
            message.content.push(point.into());
        }
    }
    if let Some(project) = &arguments.project {
        request = request.project(project);
    }
    let mut inference = InferenceConfiguration::new();
    let configured = entry.and_then(|entry| entry.max_tokens).and_then(|most| i32::try_from(most).ok());
    inference.max_tokens = arguments.max_tokens.or(configured);
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
