//! The command line as plain data. Nothing here reads a file or the environment.

mod timeouts;

use std::ffi::OsString;
use std::path::PathBuf;

use bedrill::client::InferenceProfileFallback;
use bedrill::converse::ThinkingLevel;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use crate::flags::timeouts::TimeoutFlags;

/// Amazon Bedrock without the AWS SDK.
#[derive(Debug, Parser)]
#[command(
    name = "bedrill",
    version,
    max_term_width = 100,
    after_help = "Exit codes: 0 success; 1 the service, network or stream failed, or with --strict an answer lacks \
                  something; 2 usage or configuration error; 3 no usable credentials; 129, 130, 131, 143 ended by SIGHUP, \
                  SIGINT, SIGQUIT, SIGTERM."
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
    /// The AWS region [default: the first of the model's ARN, AWS_REGION, AWS_DEFAULT_REGION, the configuration and the
    /// profile that names one, else us-east-1]
    #[arg(long, global = true, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// The profile in ~/.aws to use; takes precedence over keys and tokens in the environment
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Ignore AWS_BEARER_TOKEN_BEDROCK, so that access keys are used
    #[arg(long, global = true)]
    pub(crate) no_bearer: bool,
    /// Send requests to this URL instead of the region's host
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Send tokens over plain http to other machines, too: in a network where nobody else can listen
    #[arg(long, global = true)]
    pub(crate) allow_http: bool,
    /// Read this configuration [default: BEDRILL_CONFIG, else ~/.config/bedrill/config.json5, else OpenClaw's or
    /// Moltbot's]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Let this JSON5 file override what is known of families of models [default: BEDRILL_LIMITS]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) limits: Option<PathBuf>,
    /// Read AWS_* and BEDRILL_* from this file instead of .env in the working directory, which may set only region, profile, credentials and model; - is stdin
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Print more on stderr: the model's reasoning, token usage, timings
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Print only errors on stderr, what an answer lacks, and warnings that others can read what is sent over plain http
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try everything on this machine, without an AWS account
    ///
    /// An embedded server on loopback checks the signature of the request and streams a recorded answer.
    Demo {
        /// What to ask; the answer is always the same
        prompt: Vec<String>,
    },
    /// Ask a model and stream its answer to stdout
    Chat(Box<Chat>),
    /// List the models that can be invoked, and the ids to use for them
    ///
    /// Columns: id to invoke, name, input, context window in tokens (~ if only assumed), kind. On a terminal
    /// they are aligned; elsewhere they are separated by tabs.
    Models(Models),
    /// Print the frames or events of a recorded stream as JSON Lines
    ///
    /// Everything before an error is printed; the error goes to stderr, and the exit code is 1.
    Decode {
        /// The recorded body of a response; - reads from stdin
        file: PathBuf,
        /// Print one frame per line, with its headers, instead of one event per line
        #[arg(long)]
        frames: bool,
    },
    /// Show which credentials are used, and why the others are not
    ///
    /// The sources are listed in the order in which they are tried. No secret is shown. The exit code is 3 when there
    /// are no usable credentials.
    Auth(AuthArguments),
    /// Show where the configuration is, what it contains, and what is wrong with it
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// The flags of `bedrill models`.
#[derive(Debug, Args)]
pub(crate) struct Models {
    #[command(flatten)]
    pub(crate) choice: ModelChoice,
    /// List the models that this project may use; an id or ARN [default: the account's default project]
    #[arg(long, global = true, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// Ask the service, even if a stored list is still fresh
    #[arg(long, global = true)]
    pub(crate) refresh: bool,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Option<ModelsCommand>,
}

/// Which models `bedrill models` lists.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ModelChoice {
    /// List models whose id, name or provider contains this, ignoring case; `bedrock/` lists all. Without a match, the
    /// exit code is 1
    pub(crate) filter: Option<String>,
    /// Also list the models that are left out, each with the reason
    #[arg(long)]
    pub(crate) all: bool,
    /// List models from this provider, given by its name or the first part of its ids; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Vec<String>,
}

/// What `bedrill models` does.
#[derive(Debug, Subcommand)]
pub(crate) enum ModelsCommand {
    /// List models: the same as without this word
    List {
        #[command(flatten)]
        choice: ModelChoice,
    },
    /// Print what this version knows of families of models, without asking the service
    ///
    /// Columns: family, context window and maximum output in tokens, input, reasoning, USD per million tokens of input and
    /// output, the day of the check, and its sources. What is not known is -.
    Known {
        /// Only families whose id or name contains this, ignoring case, or which a model id belongs to. Without a match,
        /// the exit code is 1
        filter: Option<String>,
    },
    /// Print everything that is known about one model
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
    /// Check the credentials with the service: ask STS for the identity or, with a bearer token, list the models
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
    /// The JSON document that credential_process expects, for a profile that names another one with --profile
    Process,
}

/// The commands of `bedrill config`.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the path of the file that is read, or would be read if it existed
    ///
    /// With --verbose, every place that is checked is listed on stderr.
    Path,
    /// Print every setting, its value, and where the value comes from
    Show {
        /// Print one JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Print what is wrong with the file, as FILE:LINE:COLUMN: ...
    ///
    /// The exit code is 2 if there is an error, and 0 if there are only warnings.
    Check,
}

/// The flags of `bedrill chat`.
#[derive(Debug, Args)]
pub(crate) struct Chat {
    /// The prompt; text from stdin is appended to it, or put where - stands before or after the words
    pub(crate) prompt: Vec<String>,
    /// A model id, an inference profile id, an ARN or a short name such as nova-pro [default: BEDRILL_MODEL, else the
    /// configuration's primary model]
    #[arg(short, long, value_name = "MODEL")]
    pub(crate) model: Option<String>,
    /// What to do if the model is not served on demand: retry once through the inference profile of the region's own
    /// geography (auto), only name that profile in the error (suggest), or do nothing (off)
    #[arg(long, value_name = "POLICY", default_value = "auto", value_parser = fallback_policies())]
    pub(crate) profile_fallback: InferenceProfileFallback,
    /// Also allow a profile of this geography, for example global; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_geography: Vec<String>,
    /// The project that the request belongs to; an id or ARN [default: the account's default project]
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// The system prompt; blank is none
    #[arg(long, value_name = "TEXT", conflicts_with = "system_file")]
    pub(crate) system: Option<String>,
    /// Read the system prompt from this file; - is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) system_file: Option<PathBuf>,
    /// Leave stdin alone, even if it is a pipe
    #[arg(long)]
    pub(crate) no_stdin: bool,
    /// The maximum number of tokens to generate
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) max_tokens: Option<i32>,
    /// Randomness, from 0 to 1
    #[arg(long, value_name = "X", value_parser = zero_to_one)]
    pub(crate) temperature: Option<f64>,
    /// Sample from the most likely tokens up to this share of the probability, from 0 to 1
    #[arg(long, value_name = "X", value_parser = zero_to_one)]
    pub(crate) top_p: Option<f64>,
    /// Stop when the model writes this text; may be repeated
    #[arg(long, value_name = "TEXT")]
    pub(crate) stop: Vec<String>,
    /// Attach an image (png, jpeg, gif or webp by its content); - is stdin; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) image: Vec<PathBuf>,
    /// Attach a document (pdf, docx, xlsx, doc, xls, or text of any name); - is stdin; may be repeated
    #[arg(long, value_name = "FILE")]
    pub(crate) document: Vec<PathBuf>,
    /// How much the model thinks before it answers, in the words of its family; a level that it lacks becomes the next
    /// lower one. --verbose shows its reasoning on stderr
    #[arg(long, value_name = "LEVEL", value_parser = thinking_levels())]
    pub(crate) thinking: Option<ThinkingLevel>,
    /// Refuse a request that the model does not take as it is, instead of adjusting it and saying how on stderr
    #[arg(long)]
    pub(crate) exact: bool,
    /// Print token usage on stderr, and the cost: by the configuration's prices, else by those that `models known` shows
    #[arg(long)]
    pub(crate) usage: bool,
    /// Print the whole answer as one JSON document, in the form of a Converse response, with the cost if known
    #[arg(long)]
    pub(crate) json: bool,
    /// Exit with code 1 if a complete answer lacks something: a limit, a filter or a refusal cut it short, it is empty or
    /// only a tool call, or a part of it cannot be read
    #[arg(long)]
    pub(crate) strict: bool,
    /// Leave control characters in the answer unchanged on a terminal; elsewhere they always are
    #[arg(long)]
    pub(crate) raw: bool,
    /// Write the raw body of the response to this file, which cannot be stdout
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,
    /// Stream a recorded body instead of asking the service; - reads from stdin
    #[arg(long, value_name = "FILE", conflicts_with = "no_stream")]
    pub(crate) replay: Option<PathBuf>,
    /// Use Converse instead of ConverseStream
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

/// Whether `arguments`, which name no command, would be right behind `chat`.
pub(crate) fn would_chat(arguments: &[OsString]) -> bool {
    let cli = Cli::command();
    let names_a_command = |argument: &OsString| {
        argument.to_str().is_some_and(|name| name == "help" || cli.find_subcommand(name).is_some())
    };
    let line = ["bedrill", "chat"].map(OsString::from).into_iter().chain(arguments.iter().cloned());
    !arguments.is_empty() && !arguments.iter().any(names_a_command) && Cli::try_parse_from(line).is_ok()
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

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn common_options_may_come_before_or_after_the_command() {
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

    #[test]
    fn what_could_only_be_a_prompt_would_chat() {
        let would = |line: &str| would_chat(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in ["hello", "what is new", "-m x hi", "--model=x hi", "--region eu-west-1 hi", "char"] {
            assert!(would(line), "{line}");
        }
        for line in
            ["models -m x", "chat --foo", "--foo hi", "config set x", "help --help", "--temperature 9 x"]
        {
            assert!(!would(line), "{line}");
        }
    }
}
