//! What a service says about an answer: usage, metrics, trace. An answer is as good without it, so what cannot be read of
//! it is no error.

use serde_json::{Map, Value};

use super::event::MetadataEvent;
use super::message::ContentBlock;
use super::response::{ConverseOutput, ConverseResponse};
use super::tool::as_object;
use crate::shape::{self, Shape as _, ShapeError};

impl MetadataEvent {
    /// What can be read of `members`: each of them for itself. The others go into `extra` as they came.
    pub(super) fn from_readable(members: Map<String, Value>) -> Self {
        let mut readable = Self::new();
        for (name, value) in members {
            match Self::from_json(shape::union_json(&name, value.clone())) {
                Ok(member) => readable = readable.or(member),
                Err(_) => shape::put(&mut readable.extra, &name, value),
            }
        }
        readable
    }

    /// Adds what `sooner` has and this one has not.
    pub(super) fn or(mut self, sooner: Self) -> Self {
        self.usage = self.usage.or(sooner.usage);
        self.metrics = self.metrics.or(sooner.metrics);
        self.trace = self.trace.or(sooner.trace);
        self.performance_config = self.performance_config.or(sooner.performance_config);
        self.service_tier = self.service_tier.or(sooner.service_tier);
        for (name, value) in sooner.extra {
            if !self.extra.contains_key(&name) {
                self.extra.insert(name, value);
            }
        }
        self
    }
}

impl ConverseResponse {
    /// Reads what Converse returned. What is about the answer and cannot be read, such as its usage, goes into `extra`: the
    /// answer is as good without it. The inputs of tool calls are made objects.
    pub(crate) fn from_answer(value: Value) -> Result<Self, ShapeError> {
        let (mut answer, mut about) = (Map::new(), Map::new());
        for (name, value) in shape::members(value)? {
            let is_about =
                matches!(name.as_str(), "usage" | "metrics" | "trace" | "performanceConfig" | "serviceTier");
            if is_about { &mut about } else { &mut answer }.insert(name, value);
        }
        let mut response =
            Self::from_json(Value::Object(answer))?.with_metadata(MetadataEvent::from_readable(about));
        if let ConverseOutput::Message(message) = &mut response.output {
            for block in &mut message.content {
                if let ContentBlock::ToolUse(call) = block {
                    call.input = as_object(call.input.take());
                }
            }
        }
        Ok(response)
    }

    /// The same, with what the service says about it.
    pub(super) fn with_metadata(mut self, metadata: MetadataEvent) -> Self {
        self.usage = metadata.usage;
        self.metrics = metadata.metrics;
        self.trace = metadata.trace;
        self.performance_config = metadata.performance_config;
        self.service_tier = metadata.service_tier;
        for (name, value) in metadata.extra {
            self.extra.insert(name, value);
        }
        self
    }
}
