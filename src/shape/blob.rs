//! Bytes that are base64 in JSON.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde_json::Value;

use super::{Problem, Shape, ShapeError};

/// Written with padding; read with or without it, as the SDKs do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Bytes: an image, a document, redacted reasoning. Base64 in JSON; `Debug` shows only the length.
///
/// ```
/// use bedrill::converse::Blob;
///
/// let blob = Blob::from(b"GIF89a".to_vec());
/// assert_eq!(format!("{blob:?}"), "Blob(6 bytes)");
/// assert_eq!(serde_json::to_string(&blob).unwrap(), r#""R0lGODlh""#);
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Blob(Bytes);

impl Blob {
    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, cheap to clone.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.0
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Bytes> for Blob {
    fn from(bytes: Bytes) -> Self {
        Self(bytes)
    }
}

impl From<Vec<u8>> for Blob {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes.into())
    }
}

impl From<&[u8]> for Blob {
    fn from(bytes: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(bytes))
    }
}

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl Shape for Blob {
    fn blank() -> Self {
        Self::default()
    }

    fn read(&mut self, value: Value) -> Result<(), ShapeError> {
        let Value::String(text) = &value else {
            return Err(ShapeError::expected("a blob in base64", &value));
        };
        *self = BASE64.decode(text).map_err(|_| ShapeError::new(Problem::NotBase64))?.into();
        Ok(())
    }

    fn to_json(&self) -> Value {
        Value::String(BASE64.encode(&self.0))
    }
}

serde_by_shape!(Blob);
