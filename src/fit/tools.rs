//! Tools: the choice among them, their schemas, and whether they can be called in a stream.

use super::{Action, Cause, Fitting, Operation};
use crate::converse::{Tool, ToolChoice};
use crate::lore::{Set, ToolChoice as Choice};

const CHOICE: &str = "toolConfig.toolChoice";

impl Fitting<'_> {
    /// Fits the tools.
    pub(super) fn tools(&mut self) {
        let Some(config) = &self.request.tool_config else { return };
        if config.tools.is_empty() {
            return;
        }
        if self.family.tools == Some(false) {
            self.note("toolConfig", Action::Kept, Cause::NotTaken);
            return;
        }
        let is_strict = |tool: &Tool| matches!(tool, Tool::ToolSpec(tool) if tool.strict.is_some());
        if self.family.strict_tools == Some(false) && config.tools.iter().any(is_strict) {
            for tool in self.request.to_mut().tool_config.iter_mut().flat_map(|config| &mut config.tools) {
                if let Tool::ToolSpec(tool) = tool {
                    tool.strict = None;
                }
            }
            self.note("strict in toolConfig.tools", Action::LeftOut, Cause::NotTaken);
        }
        if let Some(choices) = self.family.tool_choices {
            self.choice(choices, Cause::NotTaken);
        }
        let thinks = self.effort().is_some();
        if let Some(choices) = self.family.reasoning.tool_choices.filter(|_| thinks) {
            self.choice(choices, Cause::WhileThinking);
        }
    }

    /// Replaces a choice that is not among `choices` by the nearest that is.
    fn choice(&mut self, choices: Set<Choice>, cause: Cause) {
        let Some(config) = &self.request.tool_config else { return };
        let Some(choice) = &config.tool_choice else { return };
        let (name, kind) = match choice {
            ToolChoice::Auto(_) => ("auto", Choice::Auto),
            ToolChoice::Any(_) => ("any", Choice::Any),
            ToolChoice::Tool(_) => ("tool", Choice::Tool),
            ToolChoice::Unknown { .. } => return,
        };
        if choices.contains(kind) {
            return;
        }
        // One tool of one is any tool.
        let one = config.tools.iter().filter(|tool| !matches!(tool, Tool::CachePoint(_))).count() == 1;
        let (to, other) = if kind == Choice::Tool && one && choices.contains(Choice::Any) {
            ("any", Some(ToolChoice::any()))
        } else if kind != Choice::Auto && choices.contains(Choice::Auto) {
            ("auto", Some(ToolChoice::auto()))
        } else {
            ("", None)
        };
        let action = match &other {
            Some(_) => Action::Replaced { from: name.to_owned(), to: to.to_owned() },
            None => Action::LeftOut,
        };
        if let Some(config) = &mut self.request.to_mut().tool_config {
            config.tool_choice = other;
        }
        self.note(CHOICE, action, cause);
    }

    /// The operation to send the request with.
    pub(super) fn operation(&mut self, streamed: bool) -> Operation {
        if !streamed {
            return Operation::Converse;
        }
        let cause = if self.family.streaming == Some(false) {
            Cause::NoStream
        } else if self.family.tools_in_stream == Some(false) && self.request.tool_config.is_some() {
            Cause::ToolsInStream
        } else {
            return Operation::ConverseStream;
        };
        self.note("the answer", Action::NotStreamed, cause);
        Operation::Converse
    }
}
