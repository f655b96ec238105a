//! What the bytes of a file are, whatever its name says.

use bedrill::converse::{DocumentFormat, ImageFormat};

/// The first bytes by which a kind of file is known.
const SIGNATURES: [(&[u8], Content); 20] = [
    (b"\x89PNG\r\n\x1a\n", Content::Image(ImageFormat::Png)),
    (b"\xff\xd8\xff", Content::Image(ImageFormat::Jpeg)),
    (b"GIF87a", Content::Image(ImageFormat::Gif)),
    (b"GIF89a", Content::Image(ImageFormat::Gif)),
    (b"%PDF-", Content::Document(DocumentFormat::Pdf)),
    // An empty archive, and the first part of one that has several.
    (b"PK\x03\x04", Content::Zip),
    (b"PK\x05\x06", Content::Zip),
    (b"PK\x07\x08", Content::Zip),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Content::OldOffice),
    (b"II*\0", Content::Other("a TIFF image")),
    (b"MM\0*", Content::Other("a TIFF image")),
    (b"BM", Content::Other("a BMP image")),
    (b"\0\0\x01\0", Content::Other("an icon")),
    (b"\x1f\x8b", Content::Other("compressed (gzip)")),
    (b"\x28\xb5\x2f\xfd", Content::Other("compressed (zstd)")),
    (b"BZh", Content::Other("compressed (bzip2)")),
    (b"\xfd7zXZ\0", Content::Other("compressed (xz)")),
    (b"\xff\xfe", Content::Other("UTF-16 text; convert it to UTF-8")),
    (b"\xfe\xff", Content::Other("UTF-16 text; convert it to UTF-8")),
    (b"\x7fELF", Content::Other("a program")),
];

/// What the bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing.
    Empty,
    /// An image that the API takes.
    Image(ImageFormat),
    /// A document that is known by its bytes.
    Document(DocumentFormat),
    /// An archive, which documents of Office are too.
    Zip,
    /// A container of Office before 2007.
    OldOffice,
    /// UTF-8.
    Text,
    /// Something that the API does not take, in words where it is known.
    Other(&'static str),
}

impl Content {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
        // Files of video, of which some hold one image.
        let box_of = bytes.get(4..8) == Some(b"ftyp");
        let brand = bytes.get(8..12).unwrap_or_default();
        let is_text = || !bytes.contains(&0) && str::from_utf8(bytes).is_ok();
        let known = SIGNATURES.iter().find(|(first, _)| bytes.starts_with(first)).map(|(_, content)| content);
        match known {
            _ if bytes.is_empty() => Self::Empty,
            _ if webp => Self::Image(ImageFormat::Webp),
            _ if box_of && matches!(brand, b"heic" | b"heix" | b"mif1" | b"hevc") => {
                Self::Other("a HEIC image")
            }
            _ if box_of && matches!(brand, b"avif" | b"avis") => Self::Other("an AVIF image"),
            // Letters begin some of the signatures.
            Some(Self::Other(_)) if is_text() => Self::Text,
            Some(content) => content.clone(),
            None if is_text() => Self::Text,
            None => Self::Other("neither text nor of a known kind"),
        }
    }

    /// What it is, in words.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Image(ImageFormat::Png) => "a PNG image",
            Self::Image(ImageFormat::Jpeg) => "a JPEG image",
            Self::Image(ImageFormat::Gif) => "a GIF image",
            Self::Image(ImageFormat::Webp) => "a WebP image",
            Self::Image(_) => "an image",
            Self::Document(_) => "a PDF",
            Self::Zip => "a zip archive",
            Self::OldOffice => "a document of an old Office",
            Self::Text => "text",
            Self::Other(words) => words,
        }
    }

    /// The format to send it in as a document: by its bytes, and where they leave a choice, by `extension`.
    pub(crate) fn document_format(&self, bytes: &[u8], extension: &str) -> Option<DocumentFormat> {
        let holds = |bytes: &[u8], name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
        let has = |name: &[u8]| holds(bytes, name);
        // Readers of PDF let something else stand before it.
        let begin = bytes.get(..1024).unwrap_or(bytes);
        match (self, extension) {
            (Self::Document(format), _) => Some(format.clone()),
            (Self::Text | Self::Other(_), "pdf") if holds(begin, b"%PDF-") => Some(DocumentFormat::Pdf),
            // The names of an archive's members are not compressed.
            (Self::Zip, _) if has(b"word/document.xml") => Some(DocumentFormat::Docx),
            (Self::Zip, _) if has(b"xl/workbook.") => Some(DocumentFormat::Xlsx),
            (Self::Zip, "docx") => Some(DocumentFormat::Docx),
            (Self::Zip, "xlsx") => Some(DocumentFormat::Xlsx),
            (Self::OldOffice, "doc") => Some(DocumentFormat::Doc),
            (Self::OldOffice, "xls") => Some(DocumentFormat::Xls),
            (Self::Text, "pdf" | "doc" | "docx" | "xls" | "xlsx") => None,
            (Self::Text, "csv") => Some(DocumentFormat::Csv),
            (Self::Text, "html" | "htm") => Some(DocumentFormat::Html),
            (Self::Text, "md" | "markdown") => Some(DocumentFormat::Md),
            (Self::Text, _) => Some(DocumentFormat::Txt),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_first_bytes() {
        for (bytes, expected) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Content::Image(ImageFormat::Png)),
            (b"\xff\xd8\xff\xe0..JFIF", Content::Image(ImageFormat::Jpeg)),
            (b"GIF89a..", Content::Image(ImageFormat::Gif)),
            (b"RIFF\x01\x02\x03\x04WEBPVP8 ", Content::Image(ImageFormat::Webp)),
            (b"RIFF\x01\x02\x03\x04WAVE\xff", Content::Other("neither text nor of a known kind")),
            (b"BM\x00\x00\x00\x00", Content::Other("a BMP image")),
            (b"BM is a company", Content::Text),
            (b"\0\0\0\x18ftypheic\0", Content::Other("a HEIC image")),
            (b"<svg/>", Content::Text),
            (b"\xff\xd8", Content::Other("neither text nor of a known kind")),
            (b"a\0b", Content::Other("neither text nor of a known kind")),
            (b"", Content::Empty),
        ] {
            assert_eq!(Content::of(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn documents_are_what_their_bytes_are_and_text_goes_by_its_name() {
        use DocumentFormat::{Csv, Doc, Docx, Html, Md, Pdf, Txt, Xls, Xlsx};
        let zip = |member: &str| [b"PK\x03\x04....", member.as_bytes(), b"\xff.."].concat();
        let office = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....".to_vec();
        for (bytes, extension, expected) in [
            (b"%PDF-1.7 \xff".to_vec(), "txt", Some(Pdf)),
            (b"%PDF-1.7".to_vec(), "", Some(Pdf)),
            (b"\xef\xbb\xbf\n%PDF-1.4 \xff".to_vec(), "pdf", Some(Pdf)),
            (b"see %PDF-1.4".to_vec(), "txt", Some(Txt)),
            (b"no pdf".to_vec(), "pdf", None),
            (zip("word/document.xml"), "bin", Some(Docx)),
            (zip("xl/workbook.xml"), "docx", Some(Xlsx)),
            (zip(""), "docx", Some(Docx)),
            (zip("a.txt"), "zip", None),
            (office.clone(), "doc", Some(Doc)),
            (office.clone(), "xls", Some(Xls)),
            (office, "msi", None),
            (b"text".to_vec(), "docx", None),
            (b"a,b".to_vec(), "csv", Some(Csv)),
            (b"<p>".to_vec(), "htm", Some(Html)),
            (b"# A".to_vec(), "markdown", Some(Md)),
            (b"fn main() {}".to_vec(), "rs", Some(Txt)),
            ("größer".into(), "", Some(Txt)),
            (b"\xff\xfea\0".to_vec(), "txt", None),
            (b"\x89PNG\r\n\x1a\n".to_vec(), "txt", None),
            (Vec::new(), "txt", None),
        ] {
            assert_eq!(
                Content::of(&bytes).document_format(&bytes, extension),
                expected,
                "{bytes:?} {extension}"
            );
        }
    }
}
