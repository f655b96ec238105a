//! The model of a request: text that was parsed once.

use std::fmt;

use super::{ModelId, ModelIdError};

/// The model of a request: its id with the region that it names, or a text that is not an id.
///
/// A request can be made of any text. It is parsed once, here; what is wrong with it is reported when the request is built
/// or sent.
///
/// ```
/// use bedrill::ConverseRequest;
///
/// let request = ConverseRequest::new("bedrock/us-west-2/amazon.nova-lite-v1:0");
/// let id = request.model_id.id()?;
/// assert_eq!((id.as_str(), id.region().unwrap().as_str()), ("amazon.nova-lite-v1:0", "us-west-2"));
/// assert!(ConverseRequest::new("not an id").model_id.id().is_err());
/// # Ok::<(), bedrill::model_id::ModelIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedModel {
    text: String,
    id: Result<ModelId, ModelIdError>,
}

impl RequestedModel {
    /// The id to send, and the region that it names.
    ///
    /// # Errors
    ///
    /// [`ModelIdError`] when the text is not an id.
    pub fn id(&self) -> Result<&ModelId, ModelIdError> {
        self.id.as_ref().map_err(Clone::clone)
    }

    /// The text that it was made from; an id that names a region is written as [`ModelId::to_text`] does.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for RequestedModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for RequestedModel {
    fn from(text: String) -> Self {
        let id = ModelId::parse(&text);
        Self { text, id }
    }
}

impl From<&str> for RequestedModel {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for RequestedModel {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<ModelId> for RequestedModel {
    fn from(id: ModelId) -> Self {
        Self { text: id.to_text().into_owned(), id: Ok(id) }
    }
}

impl From<&ModelId> for RequestedModel {
    fn from(id: &ModelId) -> Self {
        id.clone().into()
    }
}

impl From<&Self> for RequestedModel {
    fn from(model: &Self) -> Self {
        model.clone()
    }
}
