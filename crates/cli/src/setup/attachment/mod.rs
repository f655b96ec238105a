//! Files attached to a prompt.

pub(crate) mod media;

use std::collections::HashSet;
use std::path::Path;

use bedrill::converse::{ContentBlock, DocumentBlock, DocumentSource, ImageBlock, ImageSource};

use crate::failure::Failure;
use crate::input;
use media::Content;

/// The image in `path`, in the format that its bytes have.
pub(crate) fn image(path: &Path, quiet: bool) -> Result<ContentBlock, Failure> {
    let bytes = read(path, "the image on stdin", quiet)?;
    let content = Content::of(&bytes);
    let Content::Image(format) = content else {
        let hint = match content.document_format(&bytes, &extension(path)) {
            Some(_) => "; --document attaches it",
            None => "",
        };
        return Err(refused(path, "an image", &content, &format!("png, jpeg, gif and webp are taken{hint}")));
    };
    Ok(ImageBlock::new(format, ImageSource::from(bytes)).into())
}

/// The document in `path`: in the format that its bytes have, and text in that of its name, or as plain text.
pub(crate) fn document(path: &Path, names: &mut Names, quiet: bool) -> Result<ContentBlock, Failure> {
    let bytes = read(path, "the document on stdin", quiet)?;
    let content = Content::of(&bytes);
    let extension = extension(path);
    let Some(format) = content.document_format(&bytes, &extension) else {
        let advice = match content {
            Content::Image(_) => "--image attaches it".to_owned(),
            Content::Text => format!("its name ends in .{extension}, which is no name of text"),
            _ => "pdf, docx, xlsx, doc, xls and any text in UTF-8 are taken".to_owned(),
        };
        return Err(refused(path, "a document", &content, &advice));
    };
    Ok(DocumentBlock::new(names.name(path), DocumentSource::from(bytes)).with_format(format).into())
}

/// The names of a request's documents.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// A name that the API accepts: letters, digits, single spaces, `-`, `()` and `[]`, up to 200 of them, each name
    /// once a request.
    fn name(&mut self, path: &Path) -> String {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '(' | ')' | '[' | ']');
        let cleaned: String = stem.chars().map(|c| if allowed(c) { c } else { ' ' }).collect();
        let words: Vec<&str> = cleaned.split_whitespace().collect();
        let name = match words.as_slice() {
            [] | ["-"] => "document".to_owned(),
            words => words.join(" "),
        };
        // Room for a number.
        let name: String = name.chars().take(180).collect();
        let name = name.trim_end();
        let numbered = (2_u64..).map(|number| format!("{name} ({number})"));
        let mut names = std::iter::once(name.to_owned()).chain(numbered);
        names.find(|name| self.0.insert(name.clone())).unwrap_or_default()
    }
}

fn extension(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}

fn refused(path: &Path, what: &str, content: &Content, advice: &str) -> Failure {
    let name = if input::is_stdin(path) { "stdin".into() } else { path.display().to_string() };
    Failure::usage(format!("{name} is not {what} that the API takes: it is {}; {advice}", content.words()))
}

fn read(path: &Path, what: &str, quiet: bool) -> Result<Vec<u8>, Failure> {
    input::read(path, input::ATTACHMENT, what, quiet)
        .map_err(|error| Failure::usage(format!("{} cannot be read: {error}", path.display())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn names(paths: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        paths.iter().map(|path| names.name(Path::new(path))).collect()
    }

    #[test]
    fn document_names_are_what_the_api_takes() {
        let name = |path| names(&[path]).remove(0);
        assert_eq!(name("/x/Q3 report_v2.final.pdf"), "Q3 report v2 final");
        assert_eq!(name("über_größe.txt"), "ber gr e");
        assert_eq!(name("日本.pdf"), "document");
        assert_eq!(name("-"), "document");
        assert!(name(&"x".repeat(300)).len() <= 200);
    }

    #[test]
    fn no_two_documents_have_one_name() {
        assert_eq!(names(&["a (2).txt", "a.txt"]), ["a (2)", "a"]);
        assert_eq!(names(&["a.txt", "a (2).txt", "b/a.md", "a.txt"]), ["a", "a (2)", "a (3)", "a (4)"]);
        assert_eq!(names(&["a.txt", "a.txt", "a (2).txt"]), ["a", "a (2)", "a (2) (2)"]);
        assert_eq!(names(&["é.txt", "ü.txt", "-"]), ["document", "document (2)", "document (3)"]);
        let long = "x".repeat(200);
        assert_eq!(names(&[&format!("{long}1"), &format!("{long}2")])[1].len(), 184);
    }

    proptest! {
        #[test]
        fn any_names_become_names_of_their_own(paths in prop::collection::vec("[ab ().2é-]{0,8}", 0..12)) {
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            let names = names(&paths);
            let distinct: HashSet<&String> = names.iter().collect();
            prop_assert_eq!(distinct.len(), paths.len());
            for name in &names {
                let allowed = |c: char| c.is_ascii_alphanumeric() || " -()[]".contains(c);
                prop_assert!(!name.is_empty() && name.len() <= 200 && name.chars().all(allowed), "{:?}", name);
                prop_assert!(!name.contains("  ") && name.trim() == name, "{:?}", name);
            }
        }
    }
}
