//! What is asked: the words, the files and stdin, each where the arguments put it.

use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use bedrill::Message;
use bedrill::converse::{ContentBlock, Role};

use crate::failure::Failure;
use crate::flags::{Chat, Common};
use crate::input;
use crate::setup::attachment::media::Content;
use crate::setup::attachment::{self, Names};

/// The user's message: attachments first, as the models' makers advise, then the text.
pub(crate) fn message(arguments: &Chat, common: &Common) -> Result<Message, Failure> {
    let mut blocks = Vec::new();
    for path in &arguments.image {
        blocks.push(attachment::image(path, common.quiet)?);
    }
    let mut names = Names::default();
    for path in &arguments.document {
        blocks.push(attachment::document(path, &mut names, common.quiet)?);
    }
    let text = text(arguments, common)?;
    if text.trim().is_empty() && arguments.replay.is_none() {
        return Err(Failure::usage("no prompt: give one as an argument, on stdin, or both"));
    }
    blocks.push(ContentBlock::Text(text));
    Ok(Message::new(Role::User, blocks))
}

/// The system prompt, if there is one: blank text counts as absent.
pub(crate) fn system(arguments: &Chat, common: &Common) -> Result<Option<String>, Failure> {
    let text = match (&arguments.system, &arguments.system_file) {
        (Some(text), _) => {
            if let Some(name) = text.strip_prefix('@').filter(|name| names_a_file(name)) {
                return Err(Failure::usage(format!(
                    "--system takes the text itself; --system-file {name} reads it from the file"
                )));
            }
            text.clone()
        }
        (None, Some(path)) => {
            input::read_text(path, input::ATTACHMENT, "the system prompt on stdin", common.quiet).map_err(
                |error| {
                    Failure::usage(format!("the system prompt {} cannot be read: {error}", path.display()))
                },
            )?
        }
        (None, None) => return Ok(None),
    };
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// What another program would take for the name of a file: no words, or words that one has.
fn names_a_file(name: &str) -> bool {
    !name.is_empty() && (!name.contains(char::is_whitespace) || Path::new(name).exists())
}

/// Refuses arguments of which several want to read stdin, or one in spite of `--no-stdin`.
pub(crate) fn check_stdin(arguments: &Chat, common: &Common) -> Result<(), Failure> {
    let is_stdin = |path: &Option<PathBuf>| path.as_deref().is_some_and(input::is_stdin);
    let count = |paths: &[PathBuf]| paths.iter().filter(|path| input::is_stdin(path)).count();
    let wanted = [
        ("--env-file", usize::from(is_stdin(&common.env_file))),
        ("--system-file", usize::from(is_stdin(&arguments.system_file))),
        ("--image", count(&arguments.image)),
        ("--document", count(&arguments.document)),
        ("--replay", usize::from(is_stdin(&arguments.replay))),
        ("the prompt", Words::of(&arguments.prompt).dashes),
    ];
    let names: Vec<&str> =
        wanted.iter().flat_map(|(name, count)| std::iter::repeat_n(*name, *count)).collect();
    match (names.as_slice(), arguments.no_stdin) {
        ([first, second, ..], _) => {
            Err(Failure::usage(format!("stdin can be read only once, but {first} and {second} name it")))
        }
        ([only], true) => Err(Failure::usage(format!("--no-stdin leaves stdin out, but {only} names it"))),
        _ => Ok(()),
    }
}

/// The words of the prompt, and whether a `-` before or behind them stands for stdin. Between words it is a word: `5 - 3`.
struct Words<'a> {
    words: &'a [String],
    /// Whether stdin comes first.
    is_first: bool,
    dashes: usize,
}

impl<'a> Words<'a> {
    fn of(prompt: &'a [String]) -> Self {
        let (is_first, words) = match prompt {
            [first, rest @ ..] if first == "-" => (true, rest),
            all => (false, all),
        };
        let (is_last, words) = match words {
            [rest @ .., last] if last == "-" => (true, rest),
            all => (false, all),
        };
        Self { words, is_first, dashes: usize::from(is_first) + usize::from(is_last) }
    }
}

/// The prompt from the arguments, from stdin, or from both with a blank line between. Stdin is read where `-` names it, and
/// else when it is not a terminal and nothing else reads it.
fn text(arguments: &Chat, common: &Common) -> Result<String, Failure> {
    let Words { words, is_first, dashes } = Words::of(&arguments.prompt);
    let is_named = dashes > 0;
    let words = words.join(" ");
    let is_taken = {
        let flags = [&common.env_file, &arguments.system_file].into_iter().flatten();
        flags.chain(&arguments.image).chain(&arguments.document).any(|path| input::is_stdin(path))
    };
    // A recording brings its own question, and may itself be on stdin.
    let is_read = is_named || !(arguments.no_stdin || is_taken || io::stdin().is_terminal());
    if !is_read || arguments.replay.is_some() {
        return Ok(words);
    }
    let what = match (is_named, words.is_empty()) {
        (false, false) => {
            "the end of stdin, which goes below the prompt; --no-stdin or </dev/null leaves it out"
        }
        _ => "the end of the prompt on stdin",
    };
    let unreadable =
        |problem: &dyn Display| Failure::usage(format!("the prompt on stdin cannot be read: {problem}"));
    let bytes =
        input::read_stdin(input::ATTACHMENT, what, common.quiet).map_err(|error| unreadable(&error))?;
    let hint = match Content::of(&bytes) {
        content @ Content::Image(_) => format!("it is {}, which --image - attaches", content.words()),
        content @ (Content::Document(_) | Content::Zip | Content::OldOffice) => {
            format!("it is {}; --document - attaches a document", content.words())
        }
        _ => "it is not UTF-8 text; --image - attaches an image, and --document - a document".to_owned(),
    };
    let piped = match String::from_utf8(bytes) {
        Ok(text) if !text.starts_with("%PDF-") => text,
        _ => return Err(unreadable(&hint)),
    };
    Ok(match (words.is_empty(), piped.trim().is_empty()) {
        (_, true) => words,
        (true, false) => piped,
        (false, false) if is_first => format!("{}\n\n{words}", piped.trim_end()),
        (false, false) => format!("{words}\n\n{piped}"),
    })
}
