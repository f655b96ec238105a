//! Runs of the `bedrill` binary that see nothing of this machine, with a time limit.

use std::io::{Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a run may take: far longer than any does.
const LIMIT: Duration = Duration::from_secs(60);

/// A machine with an empty home folder (`home`) and an empty working directory (`work`).
pub struct Scratch(TempDir);

impl Scratch {
    pub fn new() -> Self {
        let scratch = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["home", "work"] {
            std::fs::create_dir(scratch.path(folder)).expect("a folder");
        }
        scratch
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.0.path().join(relative)
    }

    /// The same as the program shows it.
    pub fn shown(&self, relative: &str) -> String {
        self.path(relative).display().to_string()
    }

    /// Writes a file: `work/.env`, `home/.aws/config`.
    pub fn file(&self, relative: &str, contents: impl AsRef<[u8]>) -> &Self {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, contents).expect("written");
        self
    }

    pub fn read(&self, relative: &str) -> Vec<u8> {
        std::fs::read(self.path(relative)).expect(relative)
    }

    /// `bedrill ARGUMENT...` in `work`, without credentials; stdin is empty.
    pub fn bedrill(&self, arguments: &[&str]) -> Bedrill {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bedrill"));
        command.args(arguments).current_dir(self.path("work")).env_clear().env("HOME", self.path("home"));
        // The metadata service of a cloud machine must not answer.
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        Bedrill { command, stdin: Vec::new() }
    }

    /// As [`bedrill`](Self::bedrill), with keys in the environment.
    pub fn with_keys(&self, arguments: &[&str]) -> Bedrill {
        self.bedrill(arguments)
            .var("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .var("AWS_SECRET_ACCESS_KEY", "canary-secret")
    }

    /// `bedrill chat ARGUMENT...` with keys, sent to `url`.
    pub fn chat(&self, url: &str, arguments: &[&str]) -> Bedrill {
        let all = [&["chat", "--endpoint-url", url, "-m", "us.example.model-v1:0"], arguments].concat();
        self.with_keys(&all)
    }
}

/// A run that has not begun.
pub struct Bedrill {
    pub command: Command,
    stdin: Vec<u8>,
}

impl Bedrill {
    pub fn var(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// As above, through the shell: `script` is run with the program as `$0` and its arguments as `$@`.
    pub fn under(mut self, script: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).arg(self.command.get_program()).args(self.command.get_args());
        shell.current_dir(self.command.get_current_dir().expect("a folder")).env_clear();
        shell.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        shell.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        self.command = shell;
        self
    }

    /// The program while it runs, its stdin still open.
    pub fn start(self) -> Child {
        let mut command = with_default_signals(self.command);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("bedrill starts")
    }

    pub fn run(self) -> Run {
        let mut command = with_default_signals(self.command);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().expect("bedrill starts");
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that does not read its stdin may end before everything is written.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&self.stdin)));
        let status = wait(&mut child);
        writer.join().expect("the writer");
        Run { status, stdout: text(stdout), stderr: text(stderr) }
    }
}

/// The same program, with signals as a terminal leaves them. A background job of a script ignores SIGINT and SIGQUIT, the
/// tests inherit that, and bedrill would respect it.
pub fn with_default_signals(command: Command) -> Command {
    if !inherits_ignored_signals() {
        return command;
    }
    let mut env = Command::new("/usr/bin/env");
    env.arg("--default-signal=HUP,INT,QUIT").arg(command.get_program()).args(command.get_args()).env_clear();
    env.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        env.current_dir(folder);
    }
    env
}

/// Whether SIGHUP, SIGINT or SIGQUIT is ignored here: signals 1, 2 and 3.
fn inherits_ignored_signals() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 0b111 != 0)
}

/// Waits for `child` to end, and kills it if it does not.
pub fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        if start.elapsed() > LIMIT {
            let _ = child.kill();
            panic!("bedrill did not end within {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    let mut pipe = pipe.expect("a pipe");
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("output");
        bytes
    })
}

fn text(output: JoinHandle<Vec<u8>>) -> String {
    String::from_utf8(output.join().expect("the reader")).expect("UTF-8")
}

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// What is left of a program that was [started](Bedrill::start) and has ended.
    pub fn of(mut child: Child, status: ExitStatus) -> Self {
        let (stdout, stderr) = (collect(child.stdout.take()), collect(child.stderr.take()));
        Self { status, stdout: text(stdout), stderr: text(stderr) }
    }

    /// Compares the exit code with `code`. No run may show the secret of [`Scratch::with_keys`].
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        for output in [&self.stdout, &self.stderr] {
            assert!(!output.contains("canary"), "a secret shows: {output}");
        }
        self
    }

    /// Checks that stderr holds each of `parts`.
    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "no {part:?} in: {}", self.stderr);
        }
        self
    }

    /// The lines of stdout as JSON.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }
}
