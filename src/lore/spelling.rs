//! How other tools write a model id: what they put before and after it.
//!
//! Sources, as of 2026-11-28: litellm's [page about Bedrock](https://docs.litellm.ai/docs/providers/bedrock), the
//! documentation of OpenClaw, aider, LangChain (`init_chat_model`), PydanticAI and promptfoo, and reports about Claude
//! Code.
//!
//! Each list is one text: a table of texts would need a relocation for each of them, in every program.

/// The provider, which comes first: OpenClaw, Moltbot and opencode; goose; LangChain, and litellm's name for its Converse
/// route; litellm and aider; PydanticAI, promptfoo and aichat.
const PROVIDERS: &str = "amazon-bedrock/ amazon-bedrock: aws-bedrock/ aws-bedrock: aws_bedrock/ \
                         bedrock_converse/ bedrock_converse: bedrock/ bedrock:";

/// The API, which litellm and promptfoo write after the provider, or alone.
const ROUTES: &str = "converse/ converse_like/ invoke/ async_invoke/ converse: completion:";

/// The protocol of an imported model, which litellm writes between the provider and an ARN.
const IMPORTED: &str = "llama/ deepseek_r1/ qwen2/ qwen3/ openai/ moonshot/";

/// What Claude Code appends to the id of a model with a large context window.
const SUFFIX: &str = "[1m]";

/// The rest of `text` after the provider's name, if it begins with one.
pub(crate) fn without_provider(text: &str) -> Option<&str> {
    without_any(PROVIDERS, text)
}

/// The rest of `text` after the name of an API, or of a protocol before an ARN, if it begins with one.
pub(crate) fn without_route(text: &str) -> Option<&str> {
    let imported = || without_any(IMPORTED, text).filter(|rest| rest.starts_with("arn:"));
    without_any(ROUTES, text).or_else(imported)
}

/// `text` without a suffix.
pub(crate) fn without_suffix(text: &str) -> &str {
    text.strip_suffix(SUFFIX).map_or(text, str::trim_end)
}

fn without_any<'a>(prefixes: &str, text: &'a str) -> Option<&'a str> {
    prefixes.split(' ').find_map(|prefix| text.strip_prefix(prefix))
}
