//! Which public types can be used from any thread. Breaking one breaks the build of this file.

use std::collections::BTreeMap;

/// Asserts that the types are `$bound`, and gives their names.
macro_rules! types_are {
    ($bound:ident $name:ident: $( $(#[$attribute:meta])* $($module:ident)::+ { $($type:ty),+ $(,)? } )+) => {
        const $name: &[&str] = &[$( $(#[$attribute])* { stringify!($($type),+) } ),+];

        $( $(#[$attribute])* const _: fn() = || {
            #[allow(unused_imports)]
            use $($module)::+::*;
            fn assert<T: $bound>() {}
            $( assert::<$type>(); )+
        }; )+
    };
}

trait SendAndSync: Send + Sync {}

impl<T: Send + Sync> SendAndSync for T {}

types_are! { SendAndSync SHARED:
    #[cfg(feature = "client")]
    bedrill {
        Client, Error, ErrorKind,
    }
    #[cfg(feature = "client")]
    bedrill::client {
        FitPolicy, InferenceProfileFallback, Notice, RetryPolicy, SettingOrigin, SigningService, StreamEnd, TimeoutKind, Timeouts,
        UnknownInferenceProfileFallback,
    }
    bedrill::auth {
        Answer, Attempt, Auth, AuthError, AuthErrorKind, Found, IssuedError, Outcome, Reuse, ShortTermKey,
    }
    #[cfg(feature = "client")]
    bedrill::auth {
        Cache, Chain, ChainBuilder, Context<'static>, Presence, Resolved,
    }
    bedrill::auth::container {
        ContainerAddress, ContainerUri,
    }
    bedrill::auth::imds {
        EndpointMode,
    }
    #[cfg(feature = "client")]
    bedrill::auth::imds {
        Imds,
    }
    #[cfg(feature = "client")]
    bedrill::auth::sso {
        SsoToken,
    }
    bedrill::auth::sts {
        Call<'static>, Identity, StsError,
    }
    bedrill::catalog {
        Catalog, Cost, DiscoverySettings, Entry, Kind, Limit, LimitSource, Listing, ManualModel, Match, Profile,
        Reason, Resolution, Warning,
    }
    #[cfg(feature = "config")]
    bedrill::config {
        BedrockDiscovery, CacheRetention, Config, ConfigError, Located<bool>, ModelSettings, Place, PlaceKind,
        Position, Problem, ProviderSettings, RequestParams, RequestSettings, Severity,
    }
    bedrill::converse {
        AnyToolChoice, AssemblyError, AudioBlock, AudioFormat, AudioSource, AutoToolChoice, Blob,
        CacheDetail, CachePoint, CachePointType, CacheTtl, Citation, CitationGeneratedContent,
        CitationLocation, CitationSourceContent, CitationSourceContentDelta, CitationsConfig,
        CitationsContent, CitationsDelta, ContentBlock, ContentBlocks, ContentBlockDelta,
        ContentBlockDeltaEvent, ContentBlockStart, ContentBlockStartEvent, ContentBlockStopEvent,
        ConverseOutput, ConverseResponse, ConverseRequest, ConverseStreamEvent, ConverseTrace,
        DocumentBlock, DocumentCharLocation, DocumentChunkLocation, DocumentContent, DocumentFormat,
        DocumentPageLocation, DocumentSource, ErrorBlock, EventDecoder, EventError, ExceptionKind,
        ImageBlock, ImageBlockDelta, ImageBlockStart, ImageFormat, ImageSource, InferenceConfiguration,
        JsonSchemaDefinition, JsonSchemaText, Message, MessageBuilder, MessageStartEvent, MessageStopEvent,
        MetadataEvent, Metrics, OutputConfig, OutputFormat, OutputFormatStructure, OutputFormatType,
        PerformanceConfigLatency, PerformanceConfiguration, Problem, PromptRouterTrace,
        PromptVariableValue, ReasoningContent, ReasoningContentDelta, ReasoningText, Role, S3Location,
        SearchResult, SearchResultContent, SearchResultLocation, ServiceTier, ServiceTierType, ShapeError,
        SpecificToolChoice, StopReason, StreamException, SystemContentBlock, SystemTool, Thinking, TokenUsage,
        Tool, ToolAddition, ToolChoice, ToolConfiguration, ToolInputSchema, ToolReference,
        ToolRemoval, ToolResult, ToolResultContent, ToolResultContents, ToolResultDelta, ToolResultStart,
        ToolResultStatus, ToolSpecification, ToolUse, ToolUseDelta, ToolUseStart, ToolUseType,
        VideoBlock, VideoFormat, VideoSource, WebLocation,
    }
    bedrill::converse::guardrail {
        AppliedGuardrailDetails, GuardContent, GuardContentImage, GuardContentImageFormat,
        GuardContentImageSource, GuardContentQualifier, GuardContentText, GuardrailAssessment,
        GuardrailAutomatedReasoningFinding, GuardrailAutomatedReasoningImpossibleFinding,
        GuardrailAutomatedReasoningInputTextReference, GuardrailAutomatedReasoningInvalidFinding,
        GuardrailAutomatedReasoningLogicWarning, GuardrailAutomatedReasoningLogicWarningType,
        GuardrailAutomatedReasoningNoTranslationsFinding, GuardrailAutomatedReasoningPolicyAssessment,
        GuardrailAutomatedReasoningRule, GuardrailAutomatedReasoningSatisfiableFinding,
        GuardrailAutomatedReasoningScenario, GuardrailAutomatedReasoningStatement,
        GuardrailAutomatedReasoningTooComplexFinding, GuardrailAutomatedReasoningTranslation,
        GuardrailAutomatedReasoningTranslationAmbiguousFinding,
        GuardrailAutomatedReasoningTranslationOption, GuardrailAutomatedReasoningValidFinding,
        GuardrailConfiguration, GuardrailContentFilter, GuardrailContentFilterConfidence,
        GuardrailContentFilterStrength, GuardrailContentFilterType, GuardrailContentPolicyAction,
        GuardrailContentPolicyAssessment, GuardrailContextualGroundingFilter,
        GuardrailContextualGroundingFilterType, GuardrailContextualGroundingPolicyAction,
        GuardrailContextualGroundingPolicyAssessment, GuardrailCoverage, GuardrailCustomWord,
        GuardrailImageCoverage, GuardrailInvocationMetrics, GuardrailManagedWord, GuardrailManagedWordType,
        GuardrailOrigin, GuardrailOwnership, GuardrailPiiEntityFilter, GuardrailPiiEntityType,
        GuardrailRegexFilter, GuardrailSensitiveInformationPolicyAction,
        GuardrailSensitiveInformationPolicyAssessment, GuardrailStreamProcessingMode,
        GuardrailTextCharactersCoverage, GuardrailTopic, GuardrailTopicPolicyAction,
        GuardrailTopicPolicyAssessment, GuardrailTopicType, GuardrailTrace, GuardrailTraceAssessment,
        GuardrailUsage, GuardrailWordPolicyAction, GuardrailWordPolicyAssessment,
    }
    bedrill::credentials {
        Credentials, Secret,
    }
    bedrill::endpoint {
        Endpoint, EndpointError, HostVariant, Partition, Plane, Region,
    }
    bedrill::eventstream {
        Budget, DecodeError, EncodeError, Frame, FrameBuilder, FrameDecoder, FrameRef<'static>,
        Header<'static>, HeaderProblem, HeaderValue<'static>, Headers<'static>, MessageType<'static>,
    }
    bedrill::fit {
        Action, Adjustment, Cause, FitOptions, Fitted, Operation, Refused,
    }
    bedrill::lore {
        About, CachePlace, DataRetention, Dialect, Family, FamilyMistake, FamilyValue, FirstTurn, Geography, Modality, Overlay, Parameter,
        Prices, PromptCache, Rates, Reasoning, ReasoningForm, ReasoningOff, Set<Modality>, ThinkingLevel, Tier, ToolChoice,
        ToolIdAlphabet, ToolIds, UnknownThinkingLevel,
    }
    bedrill::machine {
        ProfileFiles, SelectedBy, Setting<'static>, SettingsError, StaticMachine, SystemMachine,
    }
    #[cfg(feature = "client")]
    bedrill::machine {
        PrivateFile, ProcessEnd, ProcessLimits, ProcessOutput, SystemClock,
    }
    bedrill::model_id {
        ModelId, ModelIdError, ModelKind, RequestedModel,
    }
    bedrill::models {
        AgreementAvailability, AgreementStatus, AuthorizationStatus, ConverseTokensRequest,
        CountTokensInput, CountTokensRequest, CountTokensResponse, EntitlementAvailability,
        FoundationModelLifecycle, FoundationModelLifecycleStatus, FoundationModelSummary,
        GetFoundationModelAvailabilityResponse, GetFoundationModelRequest, GetFoundationModelResponse,
        GetInferenceProfileRequest, InferenceProfileModel, InferenceProfileStatus, InferenceProfileSummary,
        InferenceProfileType, InferenceType, InvokeModelTokensRequest, Items<String>,
        ListFoundationModelsRequest, ListFoundationModelsResponse, ListInferenceProfilesRequest,
        ListInferenceProfilesResponse, ModelCustomization, ModelModality, RegionAvailability, Timestamp,
    }
    bedrill::operation {
        AnswerError, BuildError, ProjectError, Reason, ServiceError,
    }
    bedrill::profile {
        FileKind, Ignored, IgnoredReason, Location, Locations, Origin, ParseError, Platform, Problem,
        ProfileSet, Section, SelectedName,
    }
    bedrill::sigv4 {
        CanonicalRequest, SignError, Signature, SigningKey, SigningKeyCache, Presigned, SigningOptions,
        SigningParams<'static>, Stages,
        VerifyError,
    }
    #[cfg(feature = "client")]
    bedrill::transport {
        TransportError, TransportErrorKind,
    }
    #[cfg(feature = "hyper")]
    bedrill::transport {
        HyperTransport, HyperTransportBuilder,
    }
    #[cfg(feature = "reqwest")]
    bedrill::transport {
        ReqwestTransport, ReqwestTransportBuilder,
    }
    bedrill::test_util {
        Server, Socket, Step,
    }
    bedrill::test_util::requests {
        InvalidRequest, RequestDecoder,
    }
}

// These have one owner, which may move them to another thread.
types_are! { Send SENT:
    #[cfg(feature = "client")]
    bedrill { ClientBuilder, ConverseStream }
    #[cfg(feature = "client")]
    bedrill::machine { FileLock }
    #[cfg(feature = "client")]
    bedrill::transport { Body }
}

#[cfg(feature = "client")]
const _: fn() = || {
    fn shared<T: Send + Sync + ?Sized>() {}
    fn sent<T: Send + ?Sized>() {}
    shared::<dyn bedrill::auth::Source>();
    shared::<dyn bedrill::machine::Machine>();
    shared::<dyn bedrill::machine::TimeSource>();
    shared::<dyn bedrill::transport::Transport>();
    sent::<bedrill::transport::BoxFuture<'static, ()>>();
};

/// The futures of the methods that wait.
#[cfg(feature = "client")]
const _: fn(Arguments<'_>) = |mut it| {
    fn sent<T: Send>(_: T) {}
    #[cfg(any(feature = "reqwest", feature = "hyper"))]
    sent(bedrill::Client::from_env());
    sent(it.client.converse(it.request));
    sent(it.client.converse_stream(it.request));
    sent(it.client.send(&bedrill::client::SigningService::s3(), Default::default()));
    sent(it.client.count_tokens(&it.request.into()));
    sent(it.client.models(it.settings));
    sent(it.client.refresh_models(it.settings));
    sent(it.client.resolve("", it.settings));
    sent(it.client.resolve_in(it.catalog, ""));
    sent(it.client.list_foundation_models(&Default::default()));
    sent(it.client.list_inference_profiles(&Default::default()));
    sent(it.client.foundation_model(""));
    sent(it.client.inference_profile(""));
    sent(it.client.foundation_model_availability(""));
    sent(it.client.region());
    sent(it.client.credentials());
    sent(it.client.explain_credentials());
    sent(it.client.caller_identity());
    sent(it.stream.next());
    sent(it.stream.collect());
    sent(it.cache.load());
    sent(it.cache.chain().load());
    sent(it.cache.chain().explain());
    sent(bedrill::auth::sso::token(it.context, it.files));
    sent(bedrill::auth::sts::caller_identity(it.context, it.auth, None));
    sent(it.body.chunk());
    sent(it.body.read_at_most(0));
};

#[cfg(feature = "client")]
#[allow(dead_code)] // nobody calls the function above
struct Arguments<'a> {
    client: &'a bedrill::Client,
    request: &'a bedrill::ConverseRequest,
    settings: &'a bedrill::catalog::DiscoverySettings,
    catalog: &'a bedrill::catalog::Catalog,
    stream: bedrill::ConverseStream,
    cache: &'a bedrill::auth::Cache,
    context: bedrill::auth::Context<'a>,
    files: &'a bedrill::machine::ProfileFiles,
    auth: &'a bedrill::auth::Auth,
    body: &'a mut bedrill::transport::Body,
}

/// `pub` items can be reached from outside: the lint `unreachable_pub` sees to that.
#[test]
fn every_public_type_is_listed() {
    use std::path::Path;

    let names = |types: &[&'static str]| -> Vec<String> {
        let all = types.iter().flat_map(|types| types.split(','));
        all.map(|name| name.split('<').next().unwrap_or_default().trim().to_owned()).collect()
    };
    let listed = [names(SHARED), names(SENT)].concat();

    let mut public = Vec::new();
    for folder in ["src", "crates/eventstream/src"] {
        let files = crate::layers::house::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder));
        let files =
            files.iter().filter(|(path, _)| !path.ends_with("fuzzing.rs") && !path.starts_with("fuzzing"));
        for line in files.flat_map(|(_, text)| text.lines().map(str::trim_start)) {
            let kinds = ["pub struct ", "pub enum ", "pub union "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            let name: String = rest.chars().take_while(|c| *c == '_' || c.is_alphanumeric()).collect();
            // In a macro that writes types, the name is a variable.
            public.extend(Some(name).filter(|name| !name.is_empty()));
        }
    }
    assert!(public.len() > 300, "the types are found: {}", public.len());
    let count = |names: &[String]| -> BTreeMap<String, usize> {
        names.iter().fold(BTreeMap::new(), |mut counts, name| {
            *counts.entry(name.clone()).or_default() += 1;
            counts
        })
    };
    let (listed, public) = (count(&listed), count(&public));
    // A name may be public in several modules.
    let unlisted: Vec<_> = public.iter().filter(|(name, times)| listed.get(*name) != Some(times)).collect();
    if cfg!(all(feature = "config", feature = "hyper", feature = "reqwest")) {
        assert!(unlisted.is_empty(), "not listed, or not as often: {unlisted:?}");
    }
    assert!(listed.keys().all(|name| public.contains_key(name)), "what is listed is there");
}

#[test]
fn every_public_method_that_waits_says_what_dropping_it_does() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut waiting = 0;
    for (path, text) in crate::layers::house::sources(&root.join("src")) {
        let mut docs = String::new();
        for line in text.lines().map(str::trim_start) {
            if line.starts_with("pub async fn ") {
                waiting += 1;
                assert!(docs.contains("/// # Cancel safety"), "{}: {line}", path.display());
            }
            if line.starts_with("///") || line.starts_with("#[") {
                docs.push_str(line);
            } else {
                docs.clear();
            }
        }
    }
    assert!(waiting > 20, "the methods are found: {waiting}");
}
