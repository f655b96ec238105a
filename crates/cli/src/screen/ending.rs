//! How an answer ended: what the user should know of it, and whether that is a failure.

use bedrill::client::StreamEnd;
use bedrill::converse::{ContentBlock, StopReason, ToolUse, ToolUseType};
use bedrill::{ConverseResponse, Error};
use serde_json::{Map, Value};

/// What is about an answer and no part of it.
const ABOUT: [&str; 5] = ["usage", "metrics", "trace", "performanceConfig", "serviceTier"];

/// What the user should know of a complete answer.
#[derive(Debug, Default)]
pub(crate) struct Ending {
    /// What is missing of it, or strange: said with `--quiet` too, and a failure with `--strict`.
    pub(crate) remarks: Vec<String>,
    /// Whether it is a failure without `--strict`: the model did not manage to call its tool.
    pub(crate) is_failure: bool,
}

impl Ending {
    /// Judges `answer`: first why it ended, then what there is of it.
    pub(crate) fn of(answer: &ConverseResponse, has_text: bool, warning: Option<&Error>) -> Self {
        let mut remarks: Vec<String> = Vec::new();
        remarks.extend(reason(&answer.stop_reason, &answer.extra));
        let blocks = answer.message().map(|message| message.content.as_slice()).unwrap_or_default();
        let mut has_more = false;
        for block in blocks {
            match block {
                ContentBlock::ToolUse(call) if call.kind != Some(ToolUseType::ServerToolUse) => {
                    remarks.push(called(call, has_text));
                    has_more = true;
                }
                ContentBlock::Text(_)
                | ContentBlock::CitationsContent(_)
                | ContentBlock::ReasoningContent(_) => {}
                _ => {
                    if !has_text {
                        remarks.push("the answer holds more than text; --json prints all of it".to_owned());
                    }
                    has_more = true;
                }
            }
        }
        if !has_text && !has_more && remarks.is_empty() {
            remarks.push("the answer is empty".to_owned());
        }
        match warning.filter(|warning| !is_cut(warning)) {
            Some(warning) => remarks.push(format!("the answer is complete, but {warning}")),
            None => remarks.extend(
                unreadable(answer)
                    .map(|name| format!("the answer is complete, but its {name:?} cannot be read")),
            ),
        }
        remarks.dedup();
        Self { remarks, is_failure: answer.stop_reason == StopReason::MalformedToolUse }
    }
}

/// Whether `warning` says no more than that the connection ended early behind the answer.
pub(crate) fn is_cut(warning: &Error) -> bool {
    warning.event().is_none() || matches!(warning.stream_end(), Some(StreamEnd::Truncated { .. }))
}

/// The members of `answer` that the service sent in a form of its own.
pub(crate) fn unreadable(answer: &ConverseResponse) -> impl Iterator<Item = &'static str> {
    ABOUT.into_iter().filter(|name| answer.extra.contains_key(*name))
}

/// What to say of an answer that did not end normally.
fn reason(reason: &StopReason, extra: &Map<String, Value>) -> Option<String> {
    let said = match reason {
        StopReason::EndTurn | StopReason::StopSequence | StopReason::ToolUse => return None,
        StopReason::MaxTokens => "the answer stops at the limit of tokens; --max-tokens raises it",
        StopReason::GuardrailIntervened => "a guardrail stepped in",
        StopReason::ContentFiltered => "the service filtered the answer",
        StopReason::MalformedModelOutput => "the model wrote something that the service could not read",
        StopReason::MalformedToolUse => "the model wrote a call of a tool that the service could not read",
        StopReason::ModelContextWindowExceeded => {
            "the conversation no longer fits the model's context window"
        }
        other if other.as_str() == "refusal" => return Some(refused(extra)),
        other => {
            return Some(format!(
                "the answer ended for a reason that is not known here: {:?}",
                other.as_str()
            ));
        }
    };
    Some(said.to_owned())
}

/// A refusal, with the explanation that Claude gives in `stopDetails`
/// ([Stop reasons](https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons)).
fn refused(extra: &Map<String, Value>) -> String {
    let details = ["stopDetails", "stop_details"].into_iter().find_map(|name| extra.get(name));
    let text = |name: &str| details?.get(name)?.as_str().filter(|text| !text.trim().is_empty());
    let why = [text("category"), text("explanation")].into_iter().flatten().collect::<Vec<_>>().join(": ");
    let why = if why.is_empty() { why } else { format!(" ({why})") };
    format!("the model refused to answer{why}")
}

fn called(call: &ToolUse, has_text: bool) -> String {
    let name = &call.name;
    if call.unfinished_input().is_some() {
        format!("the model was cut while it called the tool {name:?}")
    } else if has_text {
        format!("the model calls the tool {name:?}, which is not run here")
    } else {
        format!("the answer is only a call of the tool {name:?}, which is not run here")
    }
}
