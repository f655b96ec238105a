//! The command line as plain data. Nothing here reads a file or the environment.

mod timeouts;

use std::path::PathBuf;

use bedrill::InferenceProfileFallback;
use bedrill::converse::ThinkingLevel;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::flags::timeouts::TimeoutFlags;

/// Amazon Bedrock without the AWS SDK.
#[derive(Debug, Parser)]
#[command(
    name = "bedrill",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 the service, the network or the stream failed, or with --strict an answer \
                  lacks something; 2 usage or configuration; 3 no usable credentials; 130 interrupted; 143 terminated."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command understands.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Common options")]
pub(crate) struct Common {
    /// The AWS region [default: the model ARN's, AWS_REGION, AWS_DEFAULT_REGION, the configuration's, the profile's,
    /// us-east-1]
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile of ~/.aws to use; goes before keys and tokens in the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Leave AWS_BEARER_TOKEN_BEDROCK out, so that access keys sign
    #[arg(long, global = true)]
    pub(crate) no_bearer: bool,
    /// Send requests to this URL instead of the region's host
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Read this configuration [default: BEDRILL_CONFIG, ~/.config/bedrill/config.json5, OpenClaw's, Moltbot's]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Read variables from this file instead of .env in the working directory
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Say more on stderr: the model's reasoning, token use, timings
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Say nothing on stderr but errors, and what is missing of an answer
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the whole path on this machine, without an account
    ///
    /// An embedded server on loopback checks the signature of the request and streams a recorded answer.
    Demo {
        /// What to ask; the answer is the same
        prompt: Vec<String>,
    },
    /// Ask a model, and stream its answer to stdout
    Chat(Box<Chat>),
    /// List the models that can be invoked, and the ids to invoke them by
    ///
    /// Columns: id to invoke, name, input, context window in tokens (~ where it is only assumed), kind. On a terminal
    /// they are aligned, elsewhere separated by tabs.
    Models(Models),
    /// Print the frames or events of a recorded stream as JSON Lines
    ///
    /// What came before a fault is printed; the fault goes to stderr, and the exit code is 1.
    Decode {
        /// The recorded body of a response; - reads stdin
        file: PathBuf,
        /// One frame a line, with its headers, instead of one event a line
        #[arg(long)]
        frames: bool,
    },
    /// Show which credentials sign, in the order in which they are looked for, and why the others do not
    ///
    /// No secret is shown. The exit code is 3 when there are no usable credentials.
    Auth(AuthArguments),
    /// Show where the configuration is, what it says, and what is wrong with it
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// The flags of `bedrill models`.
#[derive(Debug, Args)]
pub(crate) struct Models {
    /// List models whose id, name or provider holds this, in any letter case; `bedrock/` lists all
    pub(crate) filter: Option<String>,
    /// List the others too, with the reason why they are left out
    #[arg(long)]
    pub(crate) all: bool,
    /// List models of this provider: its name, or the first part of its ids; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Vec<String>,
    /// List what this project may use, by ID or ARN [default: the account's default project]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// Ask the service, also when a stored answer is still fresh
    #[arg(long, global = true)]
    pub(crate) refresh: bool,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Put the limits in this JSON file before those that are built in [default: BEDRILL_LIMITS]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) limits: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<ModelsCommand>,
}

/// What `bedrill models` does besides listing.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// Print everything that is known of one model
    Show {
        /// A model id, an inference profile id, an ARN or a short name
        #[arg(value_name = "ID")]
        model: String,
    },
}

/// The flags of `bedrill auth`.
#[derive(Debug, Args)]
pub(crate) struct AuthArguments {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Ask the service who signs: STS, or for a bearer token the list of models
    #[arg(long)]
    pub(crate) probe: bool,
    #[command(subcommand)]
    pub(crate) command: Option<AuthCommand>,
}

/// What `bedrill auth` does besides explaining.
#[derive(Debug, Subcommand)]
pub(crate) enum AuthCommand {
    /// Print the credentials themselves, secrets included, for another tool
    Export {
        /// Shell variables, or the document that credential_process prints
        #[arg(long, value_enum)]
        format: ExportFormat,
    },
}

/// How credentials are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// `export NAME='value'` lines, to be evaluated by a shell
    Env,
    /// The JSON document of credential_process
    Process,
}

/// The commands of `bedrill config`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the path of the file that is read, or that would be if it existed
    ///
    /// With --verbose, every place that is looked at goes to stderr.
    Path,
    /// Print every setting, its value, and where that comes from
    Show {
        /// Print one JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Print what is wrong with the file, as FILE:LINE:COLUMN: ...
    ///
    /// The exit code is 2 when there is an error, and 0 when there are only warnings.
    Check,
}

/// The flags of `bedrill chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// The prompt; text on stdin is added below it
    pub(crate) prompt: Vec<String>,
    /// A model id, an inference profile id, an ARN or a short name such as nova-pro [default: BEDRILL_MODEL, the configuration's primary model]
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// When the model is not served on demand: ask again, once, through the inference profile of the region's own geography (auto), only name that profile in the error (suggest), or look nothing up (off)
    #[arg(long, value_name = "POLICY", default_value = "auto", value_parser = fallback_policies())]
    pub(crate) profile_fallback: InferenceProfileFallback,
    /// Let that profile be of this geography too, for example global; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_geography: Vec<String>,
    /// The project that the request belongs to, by ID or ARN [default: the account's default project]
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// The system prompt
    #[arg(long, value_name = "TEXT")]
    pub(crate) system: Option<String>,
    /// The most tokens to generate
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) max_tokens: Option<i32>,
    /// Randomness, 0 to 1
    #[arg(long, value_name = "X", value_parser = zero_to_one)]
    pub(crate) temperature: Option<f64>,
    /// The share of probability to sample from, 0 to 1
    #[arg(long, value_name = "X", value_parser = zero_to_one)]
    pub(crate) top_p: Option<f64>,
    /// Stop when the model writes this; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
    /// Attach an image (png, jpeg, gif, webp); may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Vec<PathBuf>,
    /// Attach a document (pdf, csv, doc, docx, xls, xlsx, html, txt, md); may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Vec<PathBuf>,
    /// Let the model think before it answers; --verbose shows the thoughts on stderr
    #[arg(long, value_name = "LEVEL", value_parser = thinking_levels())]
    pub(crate) thinking: Option<ThinkingLevel>,
    /// Say on stderr how many tokens were used, and what they cost where the configuration has prices
    #[arg(long)]
    pub(crate) usage: bool,
    /// Print the whole answer as one JSON document, in the shape of Converse's, with a cost where one is known
    #[arg(long)]
    pub(crate) json: bool,
    /// End with code 1 when a complete answer lacks something: a limit, a filter or a refusal cut it, it is empty or only a call of a tool, or something about it cannot be read
    #[arg(long)]
    pub(crate) strict: bool,
    /// Leave control characters in the answer as they are on a terminal; elsewhere they always are
    #[arg(long)]
    pub(crate) raw: bool,
    /// Write the raw body of the response to this file
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Stream a recorded body instead of asking the service; - reads stdin
    #[arg(long, value_name = "FILE", conflicts_with = "no_stream")]
    pub(crate) replay: Option<PathBuf>,
    /// Ask with Converse instead of ConverseStream
    #[arg(long)]
    pub(crate) no_stream: bool,
    #[command(flatten)]
    pub(crate) timeouts: TimeoutFlags,
}

/// Takes the names of the policies, and lists them in the help.
fn fallback_policies() -> impl TypedValueParser<Value = InferenceProfileFallback> {
    let names = InferenceProfileFallback::ALL.map(InferenceProfileFallback::as_str);
    PossibleValuesParser::new(names).try_map(|name| name.parse())
}

/// Takes the names of the levels, and lists them in the help.
fn thinking_levels() -> impl TypedValueParser<Value = ThinkingLevel> {
    PossibleValuesParser::new(ThinkingLevel::ALL.map(ThinkingLevel::as_str)).try_map(|name| name.parse())
}

fn zero_to_one(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("not a number from 0 to 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_stand_before_or_behind_the_command() {
        for line in ["bedrill --region eu-west-1 chat hi", "bedrill chat hi --region eu-west-1"] {
            let cli = Cli::try_parse_from(line.split(' ')).expect(line);
            assert_eq!(cli.common.region.as_deref(), Some("eu-west-1"), "{line}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        for line in [
            "bedrill chat --temperature 1.5 x",
            "bedrill chat --top-p nan x",
            "bedrill chat --max-tokens 0 x",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
