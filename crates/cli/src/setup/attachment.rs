//! Files attached to a prompt.

use std::path::Path;

use bedrill::converse::{
    ContentBlock, DocumentBlock, DocumentFormat, DocumentSource, ImageBlock, ImageFormat, ImageSource,
};

use crate::failure::Failure;

/// The image in `path`, its format determined by the extension.
pub(crate) fn image(path: &Path) -> Result<ContentBlock, Failure> {
    let format = match extension(path).as_str() {
        "png" => ImageFormat::Png,
        "jpg" | "jpeg" => ImageFormat::Jpeg,
        "gif" => ImageFormat::Gif,
        "webp" => ImageFormat::Webp,
        _ => return Err(unknown(path, "an image", "png, jpg, jpeg, gif or webp")),
    };
    Ok(ImageBlock::new(format, ImageSource::from(read(path)?)).into())
}

/// The document in `path`, its format determined by the extension. `position` keeps the names of several apart.
pub(crate) fn document(path: &Path, position: usize) -> Result<ContentBlock, Failure> {
    let format = match extension(path).as_str() {
        "pdf" => DocumentFormat::Pdf,
        "csv" => DocumentFormat::Csv,
        "doc" => DocumentFormat::Doc,
        "docx" => DocumentFormat::Docx,
        "xls" => DocumentFormat::Xls,
        "xlsx" => DocumentFormat::Xlsx,
        "html" | "htm" => DocumentFormat::Html,
        "txt" => DocumentFormat::Txt,
        "md" => DocumentFormat::Md,
        _ => return Err(unknown(path, "a document", "pdf, csv, doc, docx, xls, xlsx, html, txt or md")),
    };
    let block = DocumentBlock::new(document_name(path, position), DocumentSource::from(read(path)?));
    Ok(block.with_format(format).into())
}

/// A name that the API accepts: letters, digits, single spaces, `-`, `()` and `[]`, up to 200 of them, each name
/// once a request.
fn document_name(path: &Path, position: usize) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '[' | ']');
    let cleaned: String = stem.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
    let words: Vec<&str> = cleaned.split_whitespace().collect();
    let name = if words.is_empty() { "document".to_owned() } else { words.join(" ") };
    let name: String = name.chars().take(180).collect();
    if position == 0 { name.trim_end().to_owned() } else { format!("{} ({})", name.trim_end(), position + 1) }
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

fn unknown(path: &Path, what: &str, formats: &str) -> Failure {
    Failure::usage(format!(
        "{} is not {what} that the API takes: its extension must be {formats}",
        path.display()
    ))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_names_are_what_the_api_takes() {
        let name = |path| document_name(Path::new(path), 0);
        assert_eq!(name("/x/Q3 report_v2.final.pdf"), "Q3 report v2 final");
        assert_eq!(name("über_größe.txt"), "ber gr e");
        assert_eq!(name("日本.pdf"), "document");
        assert_eq!(document_name(Path::new("a.pdf"), 1), "a (2)");
        assert!(name(&"x".repeat(300)).len() <= 200);
    }

    #[test]
    fn an_unknown_extension_names_the_known_ones() {
        let failure = image(Path::new("picture.svg")).expect_err("svg is not taken");
        assert!(failure.to_string().contains("png, jpg"), "{failure}");
    }
}
