//! What AWS does not publish about its models: a table that is compiled in, dated, and can be overridden.

use std::fmt;

use serde_json::{Map, Value};

use super::name;
use crate::base::json;
use crate::lore;

/// Context windows, output limits and quirks, by model family.
///
/// The service does not list them, so bedrill has a dated table of its own. A file in the same format
/// takes precedence over it, member by member:
///
/// ```
/// use bedrill::catalog::LimitsTable;
///
/// let mine = LimitsTable::parse(r#"{
///     "asOf": "2026-11-22",
///     "families": [{
///         "models": ["amazon.nova-pro", "acme.own-model-v1:0"],
///         "contextWindow": 250000,
///         "maxOutput": 5000,
///         "reasoning": false,
///         "rejects": ["temperature+topP"],
///         "promptCache": {"minTokens": 1000, "maxPoints": 4, "in": ["system", "messages"]}
///     }]
/// }"#)?;
/// let table = LimitsTable::embedded().with_overrides(&mine);
/// assert_eq!(table.find("us.amazon.nova-pro-v1:0").context_window, Some(250_000));
/// assert_eq!(table.find("amazon.nova-micro-v1:0").context_window, Some(128_000));
/// # Ok::<(), bedrill::catalog::LimitsError>(())
/// ```
///
/// `models` holds complete ids, or ids without date and version, which then match every date and version; a prefix of
/// a name does not match a longer name. Every member except `models` may be omitted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LimitsTable {
    as_of: String,
    rows: Vec<(String, ModelLimits)>,
}

/// What the table says about one model family. `None` means not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ModelLimits {
    /// The context window in tokens, output included.
    pub context_window: Option<u64>,
    /// The maximum number of output tokens.
    pub max_output: Option<u64>,
    /// Whether the model can think before it answers.
    pub reasoning: Option<bool>,
    /// The parameters that the model rejects; `temperature+topP` means both at once.
    pub rejects: Option<Vec<String>>,
    /// Prompt caching, if the model supports it.
    pub prompt_cache: Option<PromptCache>,
}

/// How a model caches prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PromptCache {
    /// The minimum number of tokens before a cache point.
    pub min_tokens: u64,
    /// The maximum number of cache points in a request.
    pub max_points: u64,
    /// Where they are allowed: `system`, `messages`, `tools`.
    pub places: Vec<String>,
}

impl LimitsTable {
    /// Returns the table of this version of bedrill.
    #[must_use]
    pub fn embedded() -> Self {
        // A test checks that it can be read.
        Self::parse(lore::LIMITS).unwrap_or_default()
    }

    /// Parses a table.
    ///
    /// # Errors
    ///
    /// [`LimitsError`] when the text is not JSON or not in this format.
    pub fn parse(text: &str) -> Result<Self, LimitsError> {
        let value = json::value(text.as_bytes()).map_err(|error| {
            LimitsError(match error.over_budget {
                Some(allowed) => format!("it would take more than {allowed} bytes of memory"),
                None => format!("it is not JSON at line {} column {}", error.line, error.column),
            })
        })?;
        let mut top = Members::of("the file", value)?;
        let as_of = top.text("asOf")?.unwrap_or_default();
        let mut rows = Vec::new();
        for (index, family) in top.list("families")?.unwrap_or_default().into_iter().enumerate() {
            let mut family = Members::of(&format!("families[{index}]"), family)?;
            let models = family.texts("models")?.unwrap_or_default();
            if models.is_empty() {
                return Err(LimitsError(format!("`families[{index}].models` names no model")));
            }
            let limits = ModelLimits {
                context_window: family.tokens("contextWindow")?,
                max_output: family.tokens("maxOutput")?,
                reasoning: family.flag("reasoning")?,
                rejects: family.texts("rejects")?,
                prompt_cache: family.prompt_cache()?,
            };
            family.end()?;
            rows.extend(models.into_iter().map(|model| (model, limits.clone())));
        }
        top.end()?;
        Ok(Self { as_of, rows })
    }

    /// Returns this table with the rows of `other` taking precedence over its own.
    #[must_use]
    pub fn with_overrides(mut self, other: &Self) -> Self {
        let mut rows = other.rows.clone();
        rows.append(&mut self.rows);
        Self { as_of: self.as_of, rows }
    }

    /// The day on which the table was last checked, `2026-11-22`.
    #[must_use]
    pub fn as_of(&self) -> &str {
        &self.as_of
    }

    /// Returns what the table says about `model_id`: the row of the complete id, completed by the row of
    /// the id without date and version. The geography of a profile's id is ignored.
    #[must_use]
    pub fn find(&self, model_id: &str) -> ModelLimits {
        let (_, base) = name::split_geography(model_id);
        let mut found = ModelLimits::default();
        for wanted in [base, name::stem(base)] {
            for (_, row) in self.rows.iter().filter(|(model, _)| model == wanted) {
                found.fill(row);
            }
        }
        found
    }
}

impl ModelLimits {
    /// Fills in from `other` what is not known here.
    fn fill(&mut self, other: &Self) {
        self.context_window = self.context_window.or(other.context_window);
        self.max_output = self.max_output.or(other.max_output);
        self.reasoning = self.reasoning.or(other.reasoning);
        self.rejects = self.rejects.take().or_else(|| other.rejects.clone());
        self.prompt_cache = self.prompt_cache.take().or_else(|| other.prompt_cache.clone());
    }
}

/// Why a table of limits cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitsError(String);

impl fmt::Display for LimitsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the table of limits cannot be read: {}", self.0)
    }
}

impl std::error::Error for LimitsError {}

/// The members of an object; those not taken are an error at its [`end`](Self::end).
struct Members {
    place: String,
    members: Map<String, Value>,
}

impl Members {
    fn of(place: &str, value: Value) -> Result<Self, LimitsError> {
        match value {
            Value::Object(members) => Ok(Self { place: place.to_owned(), members }),
            _ => Err(LimitsError(format!("{place} is not an object"))),
        }
    }

    fn take<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, LimitsError> {
        match self.members.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value)
                .map(Some)
                .ok_or_else(|| LimitsError(format!("`{name}` in {} is not {expected}", self.place))),
        }
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, LimitsError> {
        self.take(name, "a string", as_text)
    }

    fn tokens(&mut self, name: &str) -> Result<Option<u64>, LimitsError> {
        self.take(name, "a whole number above 0", |value| value.as_u64().filter(|number| *number > 0))
    }

    fn flag(&mut self, name: &str) -> Result<Option<bool>, LimitsError> {
        self.take(name, "true or false", |value| value.as_bool())
    }

    fn list(&mut self, name: &str) -> Result<Option<Vec<Value>>, LimitsError> {
        self.take(name, "a list", |value| if let Value::Array(items) = value { Some(items) } else { None })
    }

    fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, LimitsError> {
        self.take(name, "a list of strings", |value| match value {
            Value::Array(items) => items.into_iter().map(as_text).collect(),
            _ => None,
        })
    }

    fn prompt_cache(&mut self) -> Result<Option<PromptCache>, LimitsError> {
        let Some(value) = self.take("promptCache", "an object", Some)? else { return Ok(None) };
        let mut cache = Self::of(&format!("{}.promptCache", self.place), value)?;
        let read = PromptCache {
            min_tokens: cache.tokens("minTokens")?.unwrap_or_default(),
            max_points: cache.tokens("maxPoints")?.unwrap_or_default(),
            places: cache.texts("in")?.unwrap_or_default(),
        };
        cache.end()?;
        Ok(Some(read))
    }

    fn end(self) -> Result<(), LimitsError> {
        match self.members.keys().next() {
            Some(name) => Err(LimitsError(format!("{} has an unknown member `{name}`", self.place))),
            None => Ok(()),
        }
    }
}

fn as_text(value: Value) -> Option<String> {
    if let Value::String(text) = value { Some(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_can_be_read_is_dated_and_holds_no_model_twice() {
        let table = LimitsTable::parse(lore::LIMITS).expect("the embedded table");
        assert!(crate::base::time::parse_rfc3339(&format!("{}T00:00:00Z", table.as_of())).is_some());
        let mut models: Vec<&str> = table.rows.iter().map(|(model, _)| model.as_str()).collect();
        models.sort_unstable();
        let count = models.len();
        models.dedup();
        assert_eq!(models.len(), count);
        assert!(count > 45, "{count}");
    }

    #[test]
    fn the_name_of_a_family_does_not_match_longer_names() {
        let table = LimitsTable::embedded();
        let window = |id| table.find(id).max_output;
        assert_eq!(window("anthropic.claude-opus-4-20250514-v1:0"), Some(32_000));
        assert_eq!(window("global.anthropic.claude-opus-4-6-v1"), Some(128_000));
        assert_eq!(window("anthropic.claude-opus-4-99-20300101-v1:0"), None);
        assert_eq!(window("anthropic.claude-3-5-sonnet-20240620-v1:0"), None);
        assert_eq!(window("anthropic.claude-3-5-sonnet-20241022-v2:0"), Some(8_192));
    }

    #[test]
    fn a_table_that_overrides_says_only_what_differs() {
        let mine = r#"{"families": [{"models": ["amazon.nova-lite"], "contextWindow": 1, "rejects": []}]}"#;
        let table = LimitsTable::embedded().with_overrides(&LimitsTable::parse(mine).unwrap());
        let limits = table.find("eu.amazon.nova-lite-v1:0");
        assert_eq!((limits.context_window, limits.max_output), (Some(1), Some(10_000)));
        assert_eq!(limits.rejects, Some(Vec::new()));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_reported() {
        for (text, message) in [
            ("{", "not JSON at line 1 column 1"),
            ("[]", "the file is not an object"),
            (r#"{"families": [{}]}"#, "`families[0].models` names no model"),
            (r#"{"families": [{"models": ["m"], "contextWindow": -1}]}"#, "is not a whole number above 0"),
            (r#"{"families": [{"models": ["m"], "window": 1}]}"#, "unknown member `window`"),
            (r#"{"families": [{"models": [1]}]}"#, "`models` in families[0] is not a list of strings"),
            (r#"{"asof": "2026"}"#, "unknown member `asof`"),
        ] {
            let error = LimitsTable::parse(text).expect_err(text).to_string();
            assert!(error.contains(message), "{text}: {error}");
        }
    }
}
