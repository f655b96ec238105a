//! Images, documents, video and audio in a message.

use super::citation::CitationsConfig;
use crate::shape::Blob;

structure! {
    /// An object in Amazon S3 that the service reads itself.
    pub struct S3Location {
        required {
            /// `s3://bucket/key`.
            uri: String = "uri",
        }
        optional {
            /// The account that owns the bucket, when it is not the caller's.
            bucket_owner / with_bucket_owner: String = "bucketOwner",
        }
    }
}

structure! {
    /// Why an image or audio could not be generated or read.
    #[derive(Default)]
    pub struct ErrorBlock {
        required {}
        optional {
            /// The reason, as text.
            message / with_message: String = "message",
        }
    }
}

/// Converts anything that holds bytes, or an S3 location, to a source.
macro_rules! source_of_bytes {
    ($($name:ident),*) => {
        $(
            impl From<Vec<u8>> for $name {
                fn from(bytes: Vec<u8>) -> Self {
                    Self::Bytes(bytes.into())
                }
            }

            impl From<bytes::Bytes> for $name {
                fn from(bytes: bytes::Bytes) -> Self {
                    Self::Bytes(bytes.into())
                }
            }

            impl From<S3Location> for $name {
                fn from(location: S3Location) -> Self {
                    Self::S3Location(location)
                }
            }
        )*
    };
}

source_of_bytes!(ImageSource, DocumentSource, VideoSource, AudioSource);

open_enum! {
    /// The format of an image.
    pub enum ImageFormat {
        /// PNG.
        Png = "png",
        /// JPEG.
        Jpeg = "jpeg",
        /// GIF.
        Gif = "gif",
        /// WebP.
        Webp = "webp",
    }
}

union! {
    /// The source of an image.
    pub enum ImageSource {
        /// Bytes in the request.
        Bytes(Blob) = "bytes",
        /// In Amazon S3.
        S3Location(S3Location) = "s3Location",
    }
}

structure! {
    /// An image.
    ///
    /// ```
    /// use bedrill::converse::{ContentBlock, ImageBlock, ImageFormat};
    /// use bedrill::Message;
    ///
    /// let image = ImageBlock::new(ImageFormat::Png, b"\x89PNG".to_vec());
    /// let message = Message::user("What is this?").with(image);
    /// assert!(matches!(message.content[1], ContentBlock::Image(_)));
    /// ```
    pub struct ImageBlock {
        required {
            /// The format.
            format: ImageFormat = "format",
            /// Where it is.
            source: ImageSource = "source",
        }
        optional {
            /// Why a model that generates images returned none.
            error / with_error: ErrorBlock = "error",
        }
    }
}

open_enum! {
    /// The format of a document.
    pub enum DocumentFormat {
        /// PDF.
        Pdf = "pdf",
        /// Comma-separated values.
        Csv = "csv",
        /// Word before 2007.
        Doc = "doc",
        /// Word.
        Docx = "docx",
        /// Excel before 2007.
        Xls = "xls",
        /// Excel.
        Xlsx = "xlsx",
        /// HTML.
        Html = "html",
        /// Plain text.
        Txt = "txt",
        /// Markdown.
        Md = "md",
    }
}

union! {
    /// A part of a document that is passed as content.
    pub enum DocumentContent {
        /// Text.
        Text(String) = "text",
    }
}

union! {
    /// The source of a document.
    pub enum DocumentSource {
        /// Bytes in the request.
        Bytes(Blob) = "bytes",
        /// In Amazon S3.
        S3Location(S3Location) = "s3Location",
        /// Text in the request.
        Text(String) = "text",
        /// Content in the request, in parts that citations can refer to.
        Content(Vec<DocumentContent>) = "content",
    }
}

structure! {
    /// A document that the model may read.
    ///
    /// The name may contain letters, digits, single spaces, hyphens, parentheses and brackets (`[]`). The model sees it,
    /// so it should not come from an untrusted source.
    pub struct DocumentBlock {
        required {
            /// The name by which the model knows it; each document of a request needs its own.
            name: String = "name",
            /// Where it is.
            source: DocumentSource = "source",
        }
        optional {
            /// The format; `txt` by default.
            format / with_format: DocumentFormat = "format",
            /// What the model should know about it, in addition to its text.
            context / with_context: String = "context",
            /// Whether the model cites it.
            citations / with_citations: CitationsConfig = "citations",
        }
    }
}

open_enum! {
    /// The format of a video.
    pub enum VideoFormat {
        /// Matroska.
        Mkv = "mkv",
        /// QuickTime.
        Mov = "mov",
        /// MPEG-4.
        Mp4 = "mp4",
        /// WebM.
        Webm = "webm",
        /// Flash video.
        Flv = "flv",
        /// MPEG.
        Mpeg = "mpeg",
        /// MPEG.
        Mpg = "mpg",
        /// Windows Media.
        Wmv = "wmv",
        /// 3GP.
        ThreeGp = "three_gp",
    }
}

union! {
    /// The source of a video.
    pub enum VideoSource {
        /// Bytes in the request.
        Bytes(Blob) = "bytes",
        /// In Amazon S3.
        S3Location(S3Location) = "s3Location",
    }
}

structure! {
    /// A video.
    pub struct VideoBlock {
        required {
            /// The format.
            format: VideoFormat = "format",
            /// Where it is.
            source: VideoSource = "source",
        }
        optional {}
    }
}

open_enum! {
    /// The format of audio.
    pub enum AudioFormat {
        /// MP3.
        Mp3 = "mp3",
        /// Opus.
        Opus = "opus",
        /// WAV.
        Wav = "wav",
        /// AAC.
        Aac = "aac",
        /// FLAC.
        Flac = "flac",
        /// MPEG-4.
        Mp4 = "mp4",
        /// Ogg.
        Ogg = "ogg",
        /// Matroska.
        Mkv = "mkv",
        /// Matroska, audio only.
        Mka = "mka",
        /// AAC under its older name.
        XAac = "x-aac",
        /// MPEG-4, audio only.
        M4a = "m4a",
        /// MPEG.
        Mpeg = "mpeg",
        /// MPEG, audio only.
        Mpga = "mpga",
        /// Raw samples.
        Pcm = "pcm",
        /// WebM.
        Webm = "webm",
    }
}

union! {
    /// The source of audio.
    pub enum AudioSource {
        /// Bytes in the request.
        Bytes(Blob) = "bytes",
        /// In Amazon S3.
        S3Location(S3Location) = "s3Location",
    }
}

structure! {
    /// Audio.
    pub struct AudioBlock {
        required {
            /// The format.
            format: AudioFormat = "format",
            /// Where it is.
            source: AudioSource = "source",
        }
        optional {
            /// Why a model that generates audio returned none.
            error / with_error: ErrorBlock = "error",
        }
    }
}
